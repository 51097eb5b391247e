'use strict';

// What the other two scripts use, the choice of the theme, and printing. The page is complete without any of them.
const data = JSON.parse(document.getElementById('data').textContent);

// element('button', {type: 'button'}, 'text or elements'...): a property where the element has one, else an attribute.
// Texts of the data come in as text only, never as markup.
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// Elements of what stands in a noscript element, which is text where scripts run.
function markupOf(noscript, selector) {
  return [...new DOMParser().parseFromString(noscript.textContent, 'text/html').querySelectorAll(selector)];
}

{
  const remembered = 'ranktape-report-theme';
  const recall = () => {
    try { return localStorage.getItem(remembered); } catch { return null; }  // a file may have no storage
  };
  const show = theme => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try { localStorage.setItem(remembered, theme); } catch { /* it lasts as long as the page then */ }
  };
  const group = document.getElementById('theme');
  const chosen = ['light', 'dark'].includes(recall()) ? recall() : 'auto';
  const fieldset = element('fieldset', {}, element('legend', {}, 'Theme'));
  for (const theme of ['auto', 'light', 'dark']) {
    const radio = element('input', {type: 'radio', name: 'theme', value: theme, checked: theme === chosen});
    radio.addEventListener('change', () => show(theme));
    fieldset.append(element('label', {}, radio, theme));
  }
  group.append(fieldset);
  group.hidden = false;
  if (chosen !== 'auto') show(chosen);
}

// Paper gets what the screen without scripts gets: every list, and the table of the first records.
{
  let added = [];
  addEventListener('beforeprint', () => {
    for (const noscript of document.querySelectorAll('noscript')) {
      const copy = element('div', {className: 'print-only'});
      copy.append(...markupOf(noscript, 'body > *'));
      noscript.after(copy);
      added.push(copy);
    }
  });
  addEventListener('afterprint', () => {
    added.forEach(copy => copy.remove());
    added = [];
  });
}
