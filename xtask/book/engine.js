// What the same jobs do in each mode: the rules of lesson 4. A test compares this file with the Rust
// program on thousands of random scenarios. Where they differ, the Rust program is right.
(function (book) {
  'use strict';

  /** The timeline of one mode, with the keys of `cargo xtask timeline --json`. */
  book.run = function (jobs, mode) {
    // In one tick, jobs end in the order in which they were spawned.
    const byEnd = jobs
      .map((job, index) => ({ ...job, index }))
      .sort((a, b) => a.delay_ms - b.delay_ms || a.index - b.index);
    const failures = byEnd.filter((job) => job.fail !== null);
    const failedAt = failures.length ? failures[0].delay_ms : Infinity;
    const lastEnd = byEnd.length ? byEnd.at(-1).delay_ms : 0;

    let message = null;
    if (failures.length && mode === 'gather') message = failures[0].fail;
    if (failures.length && mode === 'taskgroup') {
      // Failures of one tick are all in the group. Its one line shows three of them.
      const errors = failures.filter((job) => job.delay_ms === failedAt).map((job) => job.fail);
      const more = errors.length > 3 ? `; and ${errors.length - 3} more` : '';
      const count = `${errors.length} error${errors.length === 1 ? '' : 's'}`;
      message = `${count}: ${errors.slice(0, 3).join('; ')}${more}`;
    }
    const answeredAt = mode === 'collect' ? lastEnd : Math.min(failedAt, lastEnd);

    return {
      mode,
      jobs: jobs.map(({ name, delay_ms, fail }) => {
        const isLate = delay_ms > failedAt;
        const isCancelled = mode === 'taskgroup' && isLate;
        return {
          name,
          start_ms: 0,
          end_ms: isCancelled ? failedAt : delay_ms,
          outcome: isCancelled ? 'cancelled' : fail === null ? 'completed' : 'failed',
          orphan: mode === 'gather' && isLate,
          error: isCancelled ? null : fail,
        };
      }),
      caller: { at_ms: answeredAt, result: message === null ? 'ok' : 'err', message },
    };
  };
})((window.book ??= {}));
