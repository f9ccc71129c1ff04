// Jobs as text: on a command line, and in the address of the page.
(function (book) {
  'use strict';

  /** A day, as in lesson 4. */
  book.maxDelay = 86_400_000;

  /** The message of a job that fails without one of its own. */
  book.defaultMessage = (name) => `${name} failed`;

  /** As `--job` takes it: `slow=50ms`, `quick=10ms:fail`, `quick=10ms:fail=boom`. */
  function jobText({ name, delay_ms, fail }) {
    const ending = fail === null ? '' : fail === book.defaultMessage(name) ? ':fail' : `:fail=${fail}`;
    return `${name}=${delay_ms}ms${ending}`;
  }

  function parseJob(text) {
    const [, name, delay, failing, message] = /^([^=]+)=(\d+)ms(:fail(?:=(.*))?)?$/s.exec(text) ?? [];
    const delay_ms = Number(delay);
    if (!name || delay_ms > book.maxDelay) return null;
    return { name, delay_ms, fail: failing ? (message ?? book.defaultMessage(name)) : null };
  }

  /** The command that draws these jobs. */
  book.command = function (jobs) {
    const quote = (text) => (/[^\w.:=-]/.test(text) ? `"${text.replace(/["$`\\]/g, '\\$&')}"` : text);
    return `cargo xtask timeline ${jobs.map((job) => `--job ${quote(jobText(job))}`).join(' ')}`;
  };

  /** `#timeline-1&job=slow=50ms&mode=gather`: the state of one figure, as pairs of a key and a value. */
  book.writeAddress = function (id, pairs) {
    const state = pairs.map(([key, value]) => `&${key}=${encodeURIComponent(value)}`).join('');
    // The colon and the equals sign need no escape there.
    replaceAddress(`#${id}${state.replaceAll('%3D', '=').replaceAll('%3A', ':')}`);
  };

  book.clearAddress = () => replaceAddress('');

  function replaceAddress(hash) {
    // Only the part behind `#` changes, which is allowed for `file://` too.
    history.replaceState(null, '', location.pathname + location.search + hash);
  }

  /** What the address has for this figure, or null. */
  book.readAddress = (id) =>
    location.hash.startsWith(`#${id}&`) ? new URLSearchParams(location.hash.slice(id.length + 2)) : null;

  book.writeJobs = function (id, jobs, modes) {
    book.writeAddress(id, [
      ...jobs.map((job) => ['job', jobText(job)]),
      ...modes.map((mode) => ['mode', mode]),
    ]);
  };

  /** The jobs and the modes in the address, or null. */
  book.readJobs = function (id) {
    const state = book.readAddress(id);
    const jobs = state?.getAll('job').slice(0, 12).map(parseJob) ?? [];
    const names = new Set(jobs.map((job) => job?.name));
    if (!jobs.length || jobs.includes(null) || names.size < jobs.length) return null;
    return { jobs, modes: state.getAll('mode').filter((mode) => mode in book.titles) };
  };
})((window.book ??= {}));
