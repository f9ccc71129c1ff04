// Lesson 5: three workers, and a failure that stops them. What `three_workers` has recorded.
(function (book) {
  'use strict';

  /** What is known of each worker before the run. */
  const PLANS = {
    failing: 'boom',
    careful: '50 ms of work; a stop drops it',
    cleaning: '50 ms of work; after a signal, 15 ms of clean-up',
    swallowing: '50 ms of work; it ignores a signal',
  };
  const GRACE = 20;

  function lane({ name, end_ms, outcome, error }, moment) {
    const isFailing = name === 'failing';
    const isLate = end_ms > moment;
    const parts = [{ kind: 'work', start: 0, end: Math.min(end_ms, moment) }];
    if (isLate)
      parts.push({ kind: name === 'cleaning' ? 'clean-up' : 'ignoring', start: moment, end: end_ms });
    const words = {
      failing: error,
      careful: outcome === 'completed' ? 'completed' : 'dropped',
      cleaning: isLate ? 'cleaned up' : 'completed',
      swallowing: !isLate ? 'completed' : outcome === 'completed' ? 'worked on' : 'dropped later',
    };
    const marks = isFailing ? [] : [{ outcome, at: end_ms }];
    return { name, outcome, parts, marks, words: words[name], plan: PLANS[name] };
  }

  function answers(run) {
    const moment = run.settings.failure_ms;
    const [, careful, cleaning, swallowing] = run.jobs;
    const errors = run.caller.result === 'ok' ? 'every value' : 'the error';
    if (careful.outcome === 'completed') {
      return ['The group, but all had ended.', 'The scope waits for all.', `The caller gets ${errors}.`];
    }
    const until = `cleaning until ${cleaning.end_ms} ms, and for swallowing until ${swallowing.end_ms} ms.`;
    const dropped = swallowing.outcome === 'cancelled' ? `, and drops what is left ${GRACE} ms later` : '';
    return [
      `The group: at ${moment} ms it drops careful, and signals cleaning and swallowing${dropped}.`,
      `The scope waits for ${until}`,
      'The caller gets the error. It does not learn that swallowing has ignored the signal.',
    ];
  }

  book.pictures.three_workers = {
    title: 'Three workers and a failure · TaskGroup',
    help: 'Drag the failure, or move it with the arrow keys. Switch the grace period on and off.',
    time: 'failure_ms',
    timeLabel: 'The failure',
    settings: { grace_period: `Grace period of ${GRACE} ms` },
    legend: { work: 'works', 'clean-up': 'cleans up', ignoring: 'works on, though signalled' },
    lanes: (run) => run.jobs.map((job) => lane(job, run.settings.failure_ms)),
    caller: (run) => book.result(run.caller),
    answers: (run) => answers(run).map((answer, index) => [book.questions[index], answer]),
    summary: (run) => book.sentence({ ...run, mode: 'taskgroup' }),
  };
})((window.book ??= {}));
