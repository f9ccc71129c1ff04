// The lanes of a recorded timeline. What is on them is said by its picture.
(function (book) {
  'use strict';
  const { element } = book;

  function makeLane(name) {
    const parts = element('div', { class: 'parts', 'aria-hidden': 'true' });
    const words = element('span', { class: 'words' });
    const track = element('div', { class: 'track' }, parts, words);
    return {
      row: element('div', { class: 'lane' }, element('span', { class: 'name' }, name), track),
      track,
      parts,
      words,
    };
  }

  /** The end of this lane is the time that the reader chooses. */
  function addHandle(lane, figure) {
    const values = figure.values(figure.picture.time);
    const handle = element(
      'span',
      {
        class: 'handle',
        role: 'slider',
        tabindex: 0,
        'aria-label': figure.picture.timeLabel,
        'aria-valuemin': values[0],
        'aria-valuemax': values.at(-1),
      },
      element('span', { class: 'mark' }),
    );
    lane.track.append(handle);
    lane.handle = handle;
    book.drag(handle, lane.track, {
      end: () => figure.end,
      time: () => figure.settings[figure.picture.time],
      move: (time) => figure.move(time),
      done: () => figure.changed(),
      press: () => {},
    });
    book.listenToKeys(handle, (steps) => figure.moveBy(steps));
  }

  book.makeRecordedPanel = function (figure) {
    const { picture, end } = figure;
    const at = (time) => `${(100 * time) / end}%`;
    const lanes = picture.lanes(figure.runs[0]).map(({ name }) => makeLane(name));
    addHandle(lanes[0], figure);
    const caller = makeLane('caller');
    caller.row.classList.add('caller');
    const line = element('span', { class: 'line' });
    const arrow = element('span', { class: 'arrow' });
    caller.parts.append(line, arrow);
    const axis = element('div', { class: 'axis', 'aria-hidden': 'true' }, ...book.marks(end));
    const answers = element('dl', { class: 'answers' });
    const legend = Object.entries(picture.legend).map(([kind, text]) =>
      element('span', {}, element('span', { class: `bar ${kind}` }), text),
    );
    const title = `${figure.id}-title`;
    const panel = element(
      'div',
      { class: 'panel', role: 'group', 'aria-labelledby': title },
      element('p', { class: 'mode', id: title }, picture.title),
      element('p', { class: 'legend', 'aria-hidden': 'true' }, ...legend),
      element(
        'div',
        { class: 'lanes', style: `--lanes: ${lanes.length}` },
        element('div', { class: 'lane scale' }, element('span'), axis),
        ...lanes.map(({ row }) => row),
        caller.row,
      ),
      answers,
    );

    function updateLane(lane, { outcome, parts, marks = [], words, plan }) {
      lane.row.dataset.outcome = outcome;
      const ends = parts.map((part) => part.end);
      lane.row.dataset.end = Math.max(0, ...ends);
      const bars = parts.map((part) => {
        const bar = element('span', { class: `bar ${part.kind}` });
        bar.style.left = at(part.start);
        bar.style.width = at(part.end - part.start);
        return bar;
      });
      const ended = marks.map((mark) => {
        const shown = element('span', { class: 'ended', 'data-outcome': mark.outcome });
        shown.append(element('span', { class: 'mark' }));
        shown.style.left = at(mark.at);
        return shown;
      });
      lane.parts.replaceChildren(...bars, ...ended);
      lane.words.textContent = figure.isCovered ? plan : words;
      // Covered words must not show by their place when it ends.
      lane.words.style.left = at(figure.isCovered && !lane.handle ? 0 : Number(lane.row.dataset.end));
    }

    return {
      title: picture.title,
      asked: picture.asked,
      panel,
      lanes,
      caller: caller.row,
      update(run) {
        this.run = run;
        picture.lanes(run).forEach((lane, index) => updateLane(lanes[index], lane));
        const { handle } = lanes[0];
        const time = run.settings[picture.time];
        handle.style.left = at(time);
        handle.setAttribute('aria-valuenow', time);
        handle.setAttribute('aria-valuetext', book.duration(time));
        for (const part of [line, arrow]) part.style.left = at(run.caller.at_ms);
        caller.words.style.left = at(figure.isCovered ? 0 : run.caller.at_ms);
        caller.row.dataset.end = run.caller.at_ms;
        caller.words.textContent = figure.isCovered ? '?' : picture.caller(run);
        answers.replaceChildren(
          ...picture
            .answers(run, figure)
            .map(([question, answer]) =>
              element('div', {}, element('dt', {}, question), element('dd', {}, answer)),
            ),
        );
      },
    };
  };
})((window.book ??= {}));
