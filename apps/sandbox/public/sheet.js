import { $, make } from './dom.js';

/** The one sheet in which settings are made: title, content, close. What is set holds at once. */

let follow;
let timer;

/** Opens the sheet. `sync` is called when something may have changed, and every `everyMs` if that is given. */
export function openSheet(title, content, sync = () => undefined, everyMs = 0) {
  clearInterval(timer);
  follow = sync;
  timer = everyMs > 0 ? setInterval(sync, everyMs) : undefined;
  $('sheet-title').textContent = title;
  $('sheet-body').replaceChildren(...content);
  if (!$('sheet').open) $('sheet').showModal();
}

export function closeSheet() {
  $('sheet').close();
}

/** Something changed: what is shown follows, but for what a person is just changing. */
export function syncSheet() {
  if ($('sheet').open) follow?.();
}

$('sheet').addEventListener('close', () => {
  clearInterval(timer);
  follow = undefined;
  $('sheet-body').replaceChildren();
});
$('sheet-close').addEventListener('click', closeSheet);
// A click beside the sheet hits the dialog itself.
$('sheet').addEventListener('click', (event) => event.target === $('sheet') && closeSheet());

let lastId = 0;

/** A line of the sheet: words at the left, controls at the right. */
export function row(words, ...controls) {
  const id = `row-${(lastId += 1)}`;
  const group = make('div', { class: 'controls' }, ...controls);
  const only = controls.length === 1 && /^(SELECT|INPUT)$/.test(controls[0].tagName) ? controls[0] : undefined;
  if (only) only.id = id;
  else group.setAttribute('role', 'group');
  const label = only ? make('label', { for: id }, words) : make('span', { id }, words);
  if (!only) group.setAttribute('aria-labelledby', id);
  return make('div', { class: 'setting' }, label, group);
}

/** A choice that is told when it is made; `sync(value)` shows another one. */
export function choice(options, onchange) {
  const select = make('select', { onchange: () => onchange(select.value) });
  select.replaceChildren(...options.map(([value, words]) => make('option', { value }, words)));
  select.sync = (value) => {
    if (document.activeElement !== select) select.value = String(value);
  };
  return select;
}

/** On or off. */
export function toggle(onchange) {
  const box = make('input', { type: 'checkbox', role: 'switch', onchange: () => onchange(box.checked) });
  box.sync = (value) => (box.checked = value);
  return box;
}

/** A heading within the sheet. */
export const heading = (words) => make('h3', {}, words);
