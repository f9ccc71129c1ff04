// Covers a timeline until the reader has said what will happen. `?predict` covers all of a page.
(function (book) {
  'use strict';
  const { element } = book;
  const OUTCOMES = ['completed', 'cancelled', 'orphaned', 'failed'];

  /** An orphan that fails is both, so either is right. */
  function isRight(job, guess) {
    return guess === (job.orphan ? 'orphaned' : job.outcome) || (guess === job.outcome && guess === 'failed');
  }

  book.coverAsAsked = function (timeline) {
    const isAsked = new URLSearchParams(location.search).has('predict');
    if (isAsked || timeline.given?.covered) setCovered(timeline, true);
  };

  book.toggleCover = (timeline) => setCovered(timeline, !timeline.isCovered);

  function setCovered(timeline, isCovered) {
    timeline.stopPlaying();
    timeline.isCovered = isCovered;
    timeline.figure.classList.toggle('covered', isCovered);
    timeline.update();
  }

  /** The form goes with what it asks about: it is made anew when the jobs or the modes change. */
  book.drawGuesses = function (timeline) {
    timeline.guesses.replaceChildren();
    if (!timeline.isCovered) return;
    const ask = (panel) => {
      // Where a job has many attempts, only the caller is asked about.
      const jobs = (panel.asked ?? panel.run.jobs).map((job) =>
        question(job.name, 'select', (guess) => isRight(job, guess), job.orphan ? 'orphaned' : job.outcome),
      );
      const time = panel.run.caller.at_ms;
      const caller = question(
        'The caller has its result at',
        'input',
        (guess) => Number(guess) === time,
        `${time} ms`,
      );
      const fields = element('fieldset', {}, element('legend', {}, panel.title));
      for (const { label } of [...jobs, caller]) fields.append(label);
      return { fields, questions: [...jobs, caller] };
    };
    const asked = timeline.panels.map(ask);
    const questions = asked.flatMap((panel) => panel.questions);
    const form = element(
      'form',
      {
        onsubmit: (event) => {
          event.preventDefault();
          setCovered(timeline, false);
          const right = questions.filter(({ check }) => check()).length;
          const verdict = `${right} of ${questions.length} right`;
          form.querySelector('button').replaceWith(element('strong', {}, verdict));
          // The update above has removed the form. Its verdicts stay until the next change.
          timeline.guesses.replaceChildren(form);
          timeline.say(`${verdict}.`);
        },
      },
      ...asked.map(({ fields }) => fields),
      element('button', { type: 'submit' }, 'Uncover'),
    );
    timeline.guesses.append(form);
  };

  function question(text, tag, test, answer) {
    const options = ['', ...OUTCOMES].map((outcome) => element('option', { value: outcome }, outcome || '…'));
    const field =
      tag === 'select'
        ? element('select', { required: true }, ...options)
        : element('input', { type: 'number', min: 0, required: true, placeholder: 'ms' });
    const label = element('label', {}, element('span', {}, text), field);
    const check = () => {
      const right = test(field.value);
      field.disabled = true;
      label.append(element('b', { class: right ? 'right' : 'wrong' }, right ? 'right' : answer));
      return right;
    };
    return { label, check };
  }
})((window.book ??= {}));
