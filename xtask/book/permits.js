// Lesson 7: what a permit covers. Attempts at ten URLs, as `permits` has recorded them.
(function (book) {
  'use strict';

  /** The attempts of each URL, and what is between them. */
  function lane(name, attempts, { busy_ms, held_while_sleeping }) {
    const parts = [];
    let time = 0;
    for (const [number, attempt] of attempts.entries()) {
      const isAsleep = number > 0 && held_while_sleeping;
      parts.push({ kind: isAsleep ? 'asleep' : 'waiting', start: time, end: attempt.start_ms });
      const kind = attempt.outcome === 'completed' ? 'work' : 'refused';
      parts.push({ kind, start: attempt.start_ms, end: attempt.end_ms });
      time = attempt.end_ms;
    }
    return {
      name,
      outcome: 'completed',
      parts: parts.filter((part) => part.end > part.start),
      marks: attempts.map((attempt) => ({ outcome: attempt.outcome, at: attempt.end_ms })),
      words: attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`,
      plan: name.startsWith('busy') && busy_ms ? `503 until ${busy_ms} ms` : 'an attempt takes 20 ms',
    };
  }

  function lanes({ settings, jobs }) {
    const { busy_ms } = settings;
    const host = {
      name: 'busy',
      outcome: 'failed',
      parts: [{ kind: 'busy', start: 0, end: busy_ms }],
      words: busy_ms ? `503 until ${busy_ms} ms` : 'answers',
    };
    const names = [...new Set(jobs.map((job) => job.name))];
    const attempts = (name) => jobs.filter((job) => job.name === name);
    return [{ ...host, plan: host.words }, ...names.map((name) => lane(name, attempts(name), settings))];
  }

  const makespan = (run) => book.duration(run.caller.at_ms);
  const held = 'with the permit held while a URL sleeps';
  const released = 'with a permit for each attempt';

  function answers(run, figure) {
    const isHeld = run.settings.held_while_sleeping;
    const other = figure.find({ held_while_sleeping: !isHeld });
    return [
      [`Makespan ${isHeld ? held : released}`, makespan(run)],
      [`Makespan ${isHeld ? released : held}`, makespan(other)],
      ['Attempts', `${run.jobs.length}, with ${run.settings.permits} at most at a time`],
    ];
  }

  book.pictures.permits = {
    title: 'Ten URLs on two hosts, of which one is busy',
    help: 'Drag the moment from which the busy host answers, or move it with the arrow keys. Change the permits.',
    time: 'busy_ms',
    timeLabel: 'The busy host answers from',
    settings: { permits: 'Permits', held_while_sleeping: 'Hold the permit while sleeping' },
    legend: {
      work: 'an attempt',
      refused: 'a refused one',
      asleep: 'sleeps, and holds its permit',
      waiting: 'waits without a permit',
    },
    // Of a URL with several attempts, there is no one outcome to predict.
    asked: [],
    lanes,
    caller: (run) => `done at ${makespan(run)}`,
    answers,
    summary: (run, figure) =>
      answers(run, figure)
        .map(([name, value]) => `${name}: ${value}.`)
        .join(' '),
  };
})((window.book ??= {}));
