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

  /** `#timeline-1&job=slow=50ms&mode=gather`. The colon and the equals sign need no escape there. */
  book.writeAddress = function (id, jobs, modes) {
    const pairs = [...jobs.map((job) => ['job', jobText(job)]), ...modes.map((mode) => ['mode', mode])];
    const state = pairs.map(([key, value]) => `&${key}=${encodeURIComponent(value)}`).join('');
    replaceAddress(`#${id}${state.replaceAll('%3D', '=').replaceAll('%3A', ':')}`);
  };

  book.clearAddress = () => replaceAddress('');

  function replaceAddress(hash) {
    // Only the part behind `#` changes, which is allowed for `file://` too.
    history.replaceState(null, '', location.pathname + location.search + hash);
  }

  /** The jobs and the modes that the address has for this timeline, or null. */
  book.readAddress = function (id) {
    if (!location.hash.startsWith(`#${id}&`)) return null;
    const state = new URLSearchParams(location.hash.slice(id.length + 2));
    const jobs = state.getAll('job').slice(0, 12).map(parseJob);
    const names = new Set(jobs.map((job) => job?.name));
    if (!jobs.length || jobs.includes(null) || names.size < jobs.length) return null;
    return { jobs, modes: state.getAll('mode').filter((mode) => mode in book.titles) };
  };
})((window.book ??= {}));
