// What a run means, in words.
(function (book) {
  'use strict';

  const list = (names) =>
    names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names.join('');

  book.titles = { gather: 'gather', collect: 'gather, collecting', taskgroup: 'TaskGroup' };

  book.duration = (ms) => (ms >= 1500 ? `${ms / 1000} s` : `${ms} ms`);

  /** How a job ended, beside its mark. */
  book.ending = (job) => (job.error ?? job.outcome) + (job.orphan ? ' (orphan)' : '');

  /** What a job is about to do. */
  book.plan = (job) => (job.fail === null ? 'would complete' : `would fail: ${job.fail}`);

  book.result = (caller) => (caller.result === 'ok' ? 'Ok' : `Err(${caller.message})`);

  /** The whole run in a sentence or two, for a screen reader. */
  book.sentence = function (run) {
    const jobs = run.jobs.map((job) => {
      const how = job.orphan ? `${job.outcome} as an orphan` : job.outcome;
      return `${job.name} ${how} at ${book.duration(job.end_ms)}`;
    });
    const caller = `the caller has ${book.result(run.caller)} at ${book.duration(run.caller.at_ms)}`;
    return `${book.titles[run.mode]}: ${caller}; ${jobs.join(', ')}.`;
  };

  /** The course's three questions. */
  book.questions = ['Who stops the others?', 'Who waits for them?', 'Who hears about it?'];

  /** The answers to the three questions. */
  book.answers = function (run) {
    const failed = run.jobs.filter((job) => job.outcome === 'failed');
    if (!failed.length) {
      return ['No job failed.', 'The caller waits for all jobs.', 'The caller gets every value.'];
    }
    const named = (test) => list(run.jobs.filter(test).map((job) => job.name));
    if (run.mode === 'collect') {
      return [
        'Nothing stops them.',
        'The caller waits for all jobs.',
        'The caller gets each value and each error.',
      ];
    }
    if (run.mode === 'taskgroup') {
      const cancelled = named((job) => job.outcome === 'cancelled');
      const errors = failed.length === 1 ? 'the error' : `all ${failed.length} errors`;
      return [
        cancelled ? `The group cancels ${cancelled}.` : 'The group, but all had ended.',
        'The group waits for all jobs.',
        `The caller gets ${errors}.`,
      ];
    }
    // A gather reports the first failure in time. Jobs of one tick fail in spawn order.
    const first = failed.reduce((first, job) => (job.end_ms < first.end_ms ? job : first));
    const orphans = named((job) => job.orphan);
    const lost = named((job) => job.outcome === 'failed' && job !== first);
    return [
      'Nothing stops them.',
      orphans ? `The caller does not wait for ${orphans}.` : 'All had ended.',
      `The caller gets the error of ${first.name}.` + (lost ? ` That of ${lost} is lost.` : ''),
    ];
  };
})((window.book ??= {}));
