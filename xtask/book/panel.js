// One mode of a timeline: a lane for each job, one for the caller, and the three answers below.
(function (book) {
  'use strict';
  const { element } = book;

  /**
   * With the keyboard and a screen reader there is one slider for each job, in the first panel. With a
   * pointer, the end of a job is dragged in any panel.
   */
  function makeLane(job, index, timeline, isFirst) {
    const mark = element('span', { class: 'mark' });
    const handle = isFirst
      ? element('span', { class: 'handle', role: 'slider', tabindex: 0, 'aria-valuemin': 0 }, mark)
      : element('span', { class: 'handle', 'aria-hidden': 'true' }, mark);
    const toggle = () => timeline.toggle(index);
    const name = isFirst
      ? element('button', { type: 'button', class: 'name', title: 'Fails or completes', onclick: toggle })
      : element('span', { class: 'name', onclick: toggle });
    name.append(job.name);
    const parts = {
      plan: element('span', { class: 'plan' }),
      bar: element('span', { class: 'bar' }),
      orphan: element('span', { class: 'bar orphan' }),
      stop: element('span', { class: 'mark stop' }),
      words: element('span', { class: 'words' }),
    };
    const track = element('div', { class: 'track' }, ...Object.values(parts), handle);
    book.drag(handle, track, {
      end: () => timeline.end,
      time: () => timeline.jobs[index].delay_ms,
      move: (time) => timeline.move(index, time),
      done: () => timeline.changed(),
      press: toggle,
    });
    if (isFirst) {
      book.listenToKeys(handle, (steps) => timeline.moveBy(index, steps), {
        Enter: toggle,
        ' ': toggle,
        Delete: () => timeline.remove(index),
        F2: () => timeline.rename(index),
      });
    }
    return { row: element('div', { class: 'lane' }, name, track), handle, name, ...parts };
  }

  function updateLane(lane, plan, job, run, { end, isCovered }) {
    const at = (time) => `${(100 * Math.min(time, end)) / end}%`;
    const isCancelled = job.outcome === 'cancelled' && !isCovered;
    const waited = job.orphan ? run.caller.at_ms : job.end_ms;
    // A covered lane shows the plan.
    lane.row.dataset.outcome = !isCovered ? job.outcome : plan.fail === null ? 'completed' : 'failed';
    lane.row.dataset.end = job.end_ms;
    lane.bar.style.width = at(waited);
    lane.orphan.style.left = at(waited);
    lane.orphan.style.width = at(job.end_ms - waited);
    lane.plan.style.left = at(isCovered ? 0 : job.end_ms);
    lane.plan.style.width = at(plan.delay_ms - (isCovered ? 0 : job.end_ms));
    lane.stop.hidden = !isCancelled;
    lane.stop.style.left = at(job.end_ms);
    lane.handle.style.left = at(plan.delay_ms);
    lane.words.textContent = isCovered
      ? [book.duration(plan.delay_ms), plan.fail].filter(Boolean).join(': ')
      : book.ending(job);
    // Behind the planned end too, which is drawn for a cancelled job.
    lane.words.style.left = at(plan.delay_ms);
    if (lane.name.tagName === 'BUTTON') {
      lane.name.setAttribute('aria-label', `${plan.name} fails`);
      lane.name.setAttribute('aria-pressed', String(plan.fail !== null));
      lane.handle.setAttribute('aria-label', `End of ${plan.name}`);
      lane.handle.setAttribute('aria-valuemax', end);
      lane.handle.setAttribute('aria-valuenow', plan.delay_ms);
      lane.handle.setAttribute('aria-valuetext', `${book.duration(plan.delay_ms)}, ${book.plan(plan)}`);
    }
  }

  book.makePanel = function (mode, timeline, isFirst) {
    const lanes = timeline.jobs.map((job, index) => makeLane(job, index, timeline, isFirst));
    const axis = element('div', { class: 'axis', 'aria-hidden': 'true' });
    const line = element('span', { class: 'line', 'aria-hidden': 'true' });
    const arrow = element('span', { class: 'arrow', 'aria-hidden': 'true' });
    const words = element('span', { class: 'words' });
    const answers = book.questions.map(() => element('dd'));
    const title = `${timeline.id}-${mode}`;
    const caller = element(
      'div',
      { class: 'lane caller' },
      element('span', { class: 'name' }, 'caller'),
      element('div', { class: 'track' }, line, arrow, words),
    );
    line.style.setProperty('--lanes', lanes.length);
    const panel = element(
      'div',
      { class: 'panel', 'data-mode': mode, role: 'group', 'aria-labelledby': title },
      element('p', { class: 'mode', id: title }, book.titles[mode]),
      element(
        'div',
        { class: 'lanes' },
        element('div', { class: 'lane scale' }, element('span'), axis),
        ...lanes.map((lane) => lane.row),
        caller,
        element('div', { class: 'now', 'aria-hidden': 'true' }, element('span')),
      ),
      element(
        'dl',
        { class: 'answers' },
        ...book.questions.map((question, index) =>
          element('div', {}, element('dt', {}, question), answers[index]),
        ),
      ),
    );

    let drawnEnd = 0;
    return {
      title: book.titles[mode],
      panel,
      lanes,
      caller,
      update(end) {
        const run = (this.run = book.run(timeline.jobs, mode));
        if (end !== drawnEnd) axis.replaceChildren(...book.marks((drawnEnd = end)));
        lanes.forEach((lane, index) =>
          updateLane(lane, timeline.jobs[index], run.jobs[index], run, timeline),
        );
        const at = `${(100 * run.caller.at_ms) / end}%`;
        for (const part of [line, arrow]) part.style.left = at;
        // A covered result must not show by its place when it comes.
        words.style.left = timeline.isCovered ? 0 : at;
        caller.dataset.end = run.caller.at_ms;
        words.textContent = timeline.isCovered ? '?' : book.result(run.caller);
        words.title = words.textContent;
        book.answers(run).forEach((answer, index) => (answers[index].textContent = answer));
      },
    };
  };
})((window.book ??= {}));
