// Makes the figures of a page live, and mends what mdBook's pages lack.
document.addEventListener('DOMContentLoaded', () => {
  const { book } = window;
  const make = (selector, Figure) =>
    [...document.querySelectorAll(selector)].map((figure, index) => new Figure(figure, index + 1));
  book.timelines = [
    ...make('figure[data-timeline]', book.Timeline),
    ...make('figure.recorded', book.Recorded),
  ];
  book.offerSlides();
  const shared = book.timelines.find(({ id }) => book.readAddress(id));
  shared?.figure.scrollIntoView();
  window.addEventListener('hashchange', () => {
    for (const timeline of book.timelines) timeline.restoreAddress();
  });

  // mdBook turns the page at an arrow key, and searches at an `s`, also in a field.
  document.querySelector('main').addEventListener('keydown', (event) => {
    if (event.target.matches('input, select')) event.stopPropagation();
  });
  // Code that is wider than the page must be scrolled with the keyboard too.
  for (const code of document.querySelectorAll('main pre code')) code.tabIndex = 0;
  // The corner of a table heads nothing.
  for (const corner of document.querySelectorAll('main th:empty'))
    corner.setAttribute('role', 'presentation');
});
