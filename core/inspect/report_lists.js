// One list at a time, with buttons, arrow keys and a chooser. The drawings are the library's.
{
  const place = document.getElementById('list');
  if (place) {
    const sections = markupOf(place.nextElementSibling, 'section.list');
    const chooser = element('select', {id: 'list-select'});
    sections.forEach((section, i) => {
      const [title, badge] = section.querySelector('h3').childNodes;
      chooser.append(element('option', {value: i}, `${title.textContent.trim()} (${badge.textContent})`));
    });
    const previous = element('button', {type: 'button'}, '\u2190 previous');
    const next = element('button', {type: 'button'}, 'next \u2192');
    const status = element('p', {role: 'status', className: 'legend'});
    const toolbar = element('div', {className: 'toolbar', role: 'group', 'aria-label': 'Choice of the list'},
      previous, element('label', {htmlFor: 'list-select'}, 'List '), chooser, next, status);
    let shown = 0;

    const show = number => {
      shown = Math.max(0, Math.min(sections.length - 1, number));
      place.replaceChildren(sections[shown]);
      chooser.value = shown;
      // Not `disabled`: a button that has the focus would lose it.
      previous.setAttribute('aria-disabled', shown === 0);
      next.setAttribute('aria-disabled', shown === sections.length - 1);
      status.textContent = `${shown + 1} of ${sections.length}`;
    };

    previous.addEventListener('click', () => show(shown - 1));
    next.addEventListener('click', () => show(shown + 1));
    chooser.addEventListener('change', () => show(Number(chooser.value)));
    toolbar.addEventListener('keydown', event => {
      const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(shown + step);
    });
    document.getElementById('list-chooser').append(toolbar);
    show(0);
  }
}
