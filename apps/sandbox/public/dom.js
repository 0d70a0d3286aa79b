/** Making elements. Text never becomes markup. */

export const $ = (id) => document.getElementById(id);

/** Colours that go together, for Pages and products without a picture. */
const HUES = [212, 168, 258, 24, 340, 196, 138, 286];

const SHAPES = {
  bell: 'M12 2.500a6 6 0 0 0-6 6c0 5-2 6.500-2 6.500h16s-2-1.500-2-6.500a6 6 0 0 0-6-6zM9.700 17a2.300 2.300 0 0 0 4.600 0z',
  send: 'M3.400 20.400 21 12 3.400 3.600l-.1 6.500L15 12 3.300 13.900z',
  heart: 'M12 20.500 4.300 13a5 5 0 0 1 7.100-7.100l.6.6.6-.6a5 5 0 0 1 7.100 7.100z',
  thumb:
    'M2.500 10.500h4v10h-4zM8 10.500l4-8c1.700 0 2.500 1.200 2.200 2.800L13.500 9H19c1.500 0 2.300 1.300 2 2.600l-1.700 7c-.3 1.200-1.200 1.900-2.300 1.900H8z',
  gear: 'M10.300 2.500h3.400l.5 2.600 1.700.9 2.500-.9 1.700 2.900-2 1.800v2.400l2 1.800-1.700 2.900-2.500-.9-1.700.9-.5 2.600h-3.400l-.5-2.600-1.700-.9-2.500.9-1.700-2.900 2-1.800V9.800l-2-1.800 1.700-2.900 2.500.9 1.700-.9zM12 8.200a3.300 3.300 0 1 0 0 6.600 3.300 3.300 0 0 0 0-6.600z',
  reply: 'M10 5 3 11.500 10 18v-4c5 0 8.500 1.500 11 5-1-6-4.500-10-11-10.500z',
  smile:
    'M12 2.500a9.500 9.500 0 1 0 0 19 9.500 9.500 0 0 0 0-19zm0 2a7.500 7.500 0 1 1 0 15 7.500 7.500 0 0 1 0-15zM8.800 8.500a1.400 1.400 0 1 0 0 2.800 1.400 1.400 0 0 0 0-2.800zm6.400 0a1.400 1.400 0 1 0 0 2.800 1.400 1.400 0 0 0 0-2.800zM7.500 13.500c.8 2.300 2.500 3.500 4.500 3.500s3.700-1.200 4.500-3.500z',
  close:
    'M6.200 4.800 12 10.600l5.800-5.800 1.400 1.400-5.800 5.800 5.800 5.800-1.400 1.400-5.800-5.800-5.800 5.800-1.400-1.400 5.800-5.800-5.800-5.800z',
  menu: 'M4 6h16v2H4zm0 5h16v2H4zm0 5h16v2H4z',
  file: 'M6 2.500h8l5 5v14H6zm7.500 1.500v4.500H18z',
  sent: 'M9.500 17.500 4 12l1.600-1.600 3.900 3.900L18.400 5.400 20 7z',
  delivered:
    'M7 17.500 1.500 12l1.600-1.600L7 14.300l8.900-8.900L17.500 7zm5.200-1.800 1.800 1.800L24.500 7l-1.600-1.600-8.900 8.900-.2-.2z',
  battery:
    'M1 8h2v4H1zm4-2h2v6H5zm4-2h2v8H9zm4-2h2v10h-2zM22 3h13a2 2 0 0 1 2 2v4a2 2 0 0 1-2 2H22a2 2 0 0 1-2-2V5c0-1.100.9-2 2-2zm16 3h1.500v2H38z',
};

/** Makes an element; children may be strings, and what is undefined is left out. `onclick` and the like listen. */
export function make(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'class') element.className = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** One of the shapes above; what it means must stand beside it or in a label. */
export function icon(name, box = '0 0 24 24') {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', box);
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  shape.setAttribute('d', SHAPES[name]);
  shape.setAttribute('fill-rule', 'evenodd');
  svg.append(shape);
  return svg;
}

/** A button that shows only an icon. */
export function iconButton(shape, label, onclick, extra = {}) {
  return make(
    'button',
    { type: 'button', class: 'icon', 'aria-label': label, title: label, onclick, ...extra },
    icon(shape),
  );
}

/** A picture, or a coloured field with an initial when there is none or it does not load. */
export function picture(words, url, extra = '') {
  const field = make('div', { class: `picture ${extra}`, 'aria-hidden': 'true' }, initial(words));
  let sum = 0;
  for (const c of words) sum = (sum * 31 + c.codePointAt(0)) % 9973;
  field.style.setProperty('--hue', String(HUES[sum % HUES.length]));
  if (url) {
    const img = make('img', { src: url, alt: '', referrerpolicy: 'no-referrer' });
    img.addEventListener('load', () => field.replaceChildren(img));
  }
  return field;
}

function initial(words) {
  return words.trim().slice(0, 1).toUpperCase() || '?';
}

/** Gives a select its options, [value, words] each, and keeps what was chosen if it is still there. */
export function fillSelect(select, options, chosen = select.value) {
  const wanted = JSON.stringify(options);
  if (select.dataset.options !== wanted) {
    select.dataset.options = wanted;
    select.replaceChildren(...options.map(([value, words]) => make('option', { value }, words)));
  }
  if (options.some(([value]) => value === chosen)) select.value = chosen;
}

/** A button that copies; what it copies may be made when it is pressed. */
export function copyButton(text, words = 'Copy') {
  const button = make('button', { type: 'button', class: 'small' }, words);
  button.addEventListener('click', async () => {
    const value = typeof text === 'function' ? text() : text;
    button.textContent = (await copied(value)) ? 'Copied' : 'Press Ctrl+C';
    setTimeout(() => (button.textContent = words), 1500);
  });
  return button;
}

/** Without the clipboard (a page that is not served from this machine) the text is selected for the person to copy. */
async function copied(value) {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    const area = make('textarea', { class: 'to-copy', 'aria-label': 'Text to copy' });
    area.value = value;
    document.body.append(area);
    area.select();
    area.addEventListener('blur', () => area.remove());
    return false;
  }
}

/** Arrow keys move the focus among the children of a list that fit a selector. */
export function arrowKeys(list, selector) {
  list.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.closest('input, select, textarea')) return;
    const all = [...list.querySelectorAll(selector)];
    const at = all.indexOf(event.target.closest(selector));
    const next = at < 0 ? all.at(step > 0 ? 0 : -1) : all[at + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
  });
}
