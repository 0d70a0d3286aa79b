import { make } from './dom.js';
import { call } from './sandbox.js';
import { choice } from './sheet.js';
import { nameOf, view } from './view.js';

/** Trouble to order: a form, and a list of what is armed. */

export const FAULTS = [
  ['error', 'refused with an error code'],
  ['http_500', 'HTTP 500, not sent'],
  ['http_500_after_accept', 'HTTP 500, sent all the same'],
  ['timeout_before', 'no answer, not sent'],
  ['timeout_after_accept', 'no answer, sent all the same'],
  ['reset', 'broken connection, not sent'],
  ['reset_after_accept', 'broken connection, sent all the same'],
  ['ok_not_json', 'HTTP 200 that is not JSON, not sent'],
  ['ok_not_json_after_accept', 'HTTP 200 that is not JSON, sent all the same'],
  ['ok_with_error', 'HTTP 200 with an error inside'],
  ['delay', 'a slow answer'],
];
export const DISORDERS = [
  ['duplicate', 'comes twice'],
  ['reorder', 'comes after the next one'],
  ['batch', 'comes in one body with the next one'],
  ['late', 'comes hours later'],
  ['bad_signature', 'a forged copy comes first'],
  ['no_signature', 'an unsigned copy comes first'],
  ['unknown_kind', 'an event of an unknown kind comes first'],
  ['seconds', 'has its times in seconds'],
  ['no_mids', 'a delivery names no messages'],
  ['no_ref', 'a referral has lost its ref'],
];
const ERRORS = [
  ['613', 'too many calls (613)'],
  ['190/463', 'token expired (190/463)'],
  ['10/2018278', 'outside the window (10/2018278)'],
  ['551/1545041', 'person unavailable (551/1545041)'],
  ['2', 'temporary trouble (2)'],
  ['1200/2018024', 'temporary send failure (1200/2018024)'],
  ['368', 'blocked for policy (368)'],
];

/** A choice of errors; `read()` gives code and subcode, `show({ code, subcode })` takes any. */
export function errorChoice(onchange = () => undefined) {
  const select = choice(ERRORS, onchange);
  select.setAttribute('aria-label', 'Error code');
  select.read = () => {
    const [code, subcode] = select.value.split('/').map(Number);
    return { code, ...(subcode && { subcode }) };
  };
  select.show = ({ code, subcode }) => {
    const value = [code, subcode].filter(Boolean).join('/');
    if (![...select.options].some((option) => option.value === value)) {
      select.append(make('option', { value }, `error ${value}`));
    }
    select.sync(value);
  };
  return select;
}

/** Arms a fault for the next sends (`target`: a person or a Page), or disorder for the next webhooks. */
export function faultForm(target) {
  const problem = make('p', { class: 'problem', role: 'alert' });
  const code = errorChoice();
  const ms = make('input', { type: 'number', min: '0', step: '100', value: '3000', 'aria-label': 'Milliseconds' });
  const what = choice([], () => show());
  const group = (words, prefix, list) =>
    make(
      'optgroup',
      { label: words },
      ...list.map(([value, say]) => make('option', { value: `${prefix}:${value}` }, say)),
    );
  what.append(group('The next send is', 'fault', FAULTS), group('The next webhook', 'disorder', DISORDERS));
  const times = make('input', { type: 'number', min: '1', value: '1', 'aria-label': 'How many times' });
  const show = () => {
    code.hidden = !/^fault:(error|ok_with_error)$/.test(what.value);
    ms.hidden = what.value !== 'fault:delay';
  };
  what.setAttribute('aria-label', 'What happens');
  show();
  const arm = async () => {
    const [where, kind] = what.value.split(':');
    const error = code.hidden ? {} : code.read();
    const body = {
      kind,
      times: Number(times.value),
      ...target,
      ...error,
      ...(ms.hidden ? {} : { ms: Number(ms.value) }),
    };
    try {
      await call('POST', where === 'fault' ? 'faults' : 'disorder', body);
      problem.textContent = '';
    } catch (failed) {
      problem.textContent = failed.message;
    }
  };
  const button = make('button', { type: 'button', class: 'primary', onclick: arm }, 'Arm');
  return make(
    'div',
    { class: 'fault-form' },
    what,
    code,
    ms,
    make('label', { class: 'times' }, '×', times),
    button,
    problem,
  );
}

/** What is armed and has not struck yet; `sync()` shows how it stands. */
export function armedList() {
  const list = make('ul', { class: 'armed', 'aria-label': 'Armed trouble' });
  const clear = async () => {
    await call('DELETE', 'faults');
    await call('DELETE', 'disorder');
  };
  const button = make('button', { type: 'button', class: 'small', onclick: clear }, 'Disarm all');
  const box = make('div', { class: 'armed-box' }, list, button);
  const words = (kinds, { kind, times, code, subcode, psid }) => {
    const says = kinds.find(([name]) => name === kind)?.[1] ?? kind;
    const error = code === undefined ? '' : ` ${code}${subcode === undefined ? '' : `/${subcode}`}`;
    return `${times > 1 ? `${times} × ` : ''}${says}${error}${psid ? ` · ${nameOf(psid)}` : ''}`;
  };
  box.sync = () => {
    const lines = [
      ...view.faults.map((one) => words(FAULTS, one)),
      ...view.disorder.map((one) => words(DISORDERS, one)),
    ];
    list.replaceChildren(...lines.map((line) => make('li', {}, line)));
    box.hidden = lines.length === 0;
  };
  box.sync();
  return box;
}
