// Mends what mdBook's pages lack for the keyboard and for screen readers.
document.addEventListener('DOMContentLoaded', () => {
  // Code that is wider than the page must be scrolled with the keyboard too.
  for (const code of document.querySelectorAll('main pre code')) code.tabIndex = 0;
  // The corner of a table heads nothing.
  for (const corner of document.querySelectorAll('main th:empty'))
    corner.setAttribute('role', 'presentation');
});
