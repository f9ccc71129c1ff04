// Makes an element in one expression.
(function (book) {
  'use strict';

  /** `element('button', { type: 'button', onclick: add }, 'Add')`. False and null leave a name out. */
  book.element = function (tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else if (value !== false && value != null) element.setAttribute(name, value === true ? '' : value);
    }
    element.append(...children);
    return element;
  };
})((window.book ??= {}));
