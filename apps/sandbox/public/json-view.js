import { make } from './dom.js';

/** JSON for reading: indented, names and values told apart. Text that is no JSON is shown as it is. */
export function jsonView(text, label) {
  const props = { class: 'json', tabindex: '0', role: 'region', 'aria-label': label };
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return make('pre', props, text === '' ? '(empty)' : text);
  }
  return make('pre', props, ...pieces(JSON.stringify(value, null, 2)));
}

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function* pieces(json) {
  let at = 0;
  for (const found of json.matchAll(TOKEN)) {
    if (found.index > at) yield json.slice(at, found.index);
    const [whole, string, colon] = found;
    if (string && colon) {
      yield make('span', { class: 'key' }, string);
      yield colon;
    } else yield make('span', { class: string ? 'string' : 'value' }, whole);
    at = found.index + whole.length;
  }
  if (at < json.length) yield json.slice(at);
}
