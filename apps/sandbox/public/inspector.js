import { $, arrowKeys, copyButton, fillSelect, iconButton, make } from './dom.js';
import { jsonView } from './json-view.js';
import { call, refresh } from './sandbox.js';
import { nameOf, peopleHere, timeOfDay, view } from './view.js';

/** The list of webhooks out and Graph calls in beside the phones, and one of them in full. */

const SHOWN = 150;
const OPEN_KEY = 'sandbox.inspector';
const SIGNATURES = {
  valid: 'Signature valid: these bytes, signed with the app’s secret',
  forged: 'Signature forged: not made with the app’s secret over these bytes',
  none: 'No signature',
};
const inspector = { rows: [], chosen: undefined };

/** Whether the person wants to see it. */
const isOpen = () => document.body.dataset.inspector === 'open';

/** Something was exchanged. */
export function trafficChanged() {
  if (!isOpen()) return;
  refresh('traffic', async () => {
    const filter = {
      ...(view.page && { page: view.page }),
      ...($('traffic-person').value && { psid: $('traffic-person').value }),
      ...($('traffic-kind').value && { kind: $('traffic-kind').value }),
      ...($('traffic-outcome').value && { outcome: $('traffic-outcome').value }),
      ...($('traffic-q').value.trim() && { q: $('traffic-q').value.trim() }),
    };
    inspector.rows = await call('GET', `traffic?${new URLSearchParams({ ...filter, limit: String(SHOWN) })}`);
    renderRows();
    followChosen();
  });
}

/** Names in the filter follow the people. */
export function renderPeopleFilter() {
  fillSelect($('traffic-person'), [['', 'Every phone'], ...peopleHere().map(({ psid, name }) => [psid, name])]);
}

function renderRows() {
  const list = $('traffic');
  const known = new Map([...list.children].map((row) => [row.dataset.id, row]));
  const wanted = inspector.rows.map((row) => {
    const signature = JSON.stringify([row, row.id === inspector.chosen?.id]);
    const old = known.get(String(row.id));
    if (old?.dataset.signature === signature) return old;
    const made = rowOf(row);
    made.dataset.signature = signature;
    // A row that changed keeps the focus.
    if (old?.contains(document.activeElement)) queueMicrotask(() => made.firstElementChild.focus());
    return made;
  });
  for (const child of [...list.children]) if (!wanted.includes(child)) child.remove();
  wanted.forEach((row, i) => list.children[i] !== row && list.insertBefore(row, list.children[i] ?? null));
  $('traffic-none').hidden = wanted.length > 0;
}

function rowOf(row) {
  const { id, kind, title, words, outcome, status, ms, psid, at } = row;
  const direction = kind === 'webhook' ? 'Webhook out' : 'API call in';
  const button = make(
    'button',
    {
      ...{ type: 'button', class: `exchange ${kind} ${outcome}`, onclick: () => choose(row) },
      ...(id === inspector.chosen?.id && { 'aria-current': 'true' }),
    },
    make(
      'span',
      { class: 'direction', role: 'img', 'aria-label': direction, title: direction },
      kind === 'webhook' ? '↗' : '↘',
    ),
    make('span', { class: 'title' }, title),
    make('span', { class: 'answered' }, status),
    make('span', { class: 'who' }, psid ? nameOf(psid) : ''),
    make('span', { class: 'what' }, words),
    make(
      'span',
      { class: 'when' },
      `${ms === null ? '' : `${Math.round(ms)} ms · `}${timeOfDay(at, undefined, { second: '2-digit' })}`,
    ),
  );
  return make('li', { 'data-id': String(id) }, button);
}

/** Opens one exchange below the list. */
function choose(row) {
  inspector.chosen = row;
  inspector.shown = undefined;
  inspector.opener = () => $('traffic').querySelector(`[data-id="${row.id}"] button`);
  renderRows();
  followChosen(true);
}

function followChosen(focus = false) {
  const { chosen } = inspector;
  if (!chosen) return;
  const row = inspector.rows.find(({ id }) => id === chosen.id) ?? chosen;
  const signature = JSON.stringify(row);
  if (inspector.shown === signature) return;
  inspector.shown = signature;
  refresh('exchange', async () => {
    const path = row.kind === 'webhook' ? `webhooks/${row.id}` : `calls/${row.id}`;
    const exchange = await call('GET', path).catch(() => undefined);
    if (inspector.chosen !== chosen) return;
    const folds = [...$('exchange').querySelectorAll('details')].map((fold) => [fold.dataset.name, fold.open]);
    $('exchange').replaceChildren(...(exchange ? detailOf(row, exchange) : [gone()]));
    for (const [name, open] of folds) {
      const fold = $('exchange').querySelector(`details[data-name="${name}"]`);
      if (fold) fold.open = open;
    }
    $('exchange').hidden = false;
    if (focus) $('exchange').querySelector('h3')?.focus({ preventScroll: true });
  });
}

function gone() {
  return make('p', { class: 'hint' }, 'This one is no longer kept.');
}

function close() {
  const { opener } = inspector;
  inspector.chosen = undefined;
  $('exchange').hidden = true;
  $('exchange').replaceChildren();
  renderRows();
  opener?.()?.focus();
}

function detailOf(row, exchange) {
  const head = make(
    'div',
    { class: 'detail-head' },
    make('h3', { tabindex: '-1' }, row.kind === 'webhook' ? `Webhook: ${row.title}` : row.title),
    exchange.curl ? copyButton(exchange.curl, 'Copy as curl') : undefined,
    iconButton('close', 'Close', close),
  );
  return [head, ...(row.kind === 'webhook' ? webhookDetail(row, exchange) : callDetail(row, exchange))];
}

function webhookDetail(row, { url, state, attempts, failures, headers, signature, body, curl }) {
  const last = attempts.at(-1);
  const facts = [
    ['To', url ?? 'nobody yet'],
    ['State', state.replaceAll('_', ' ')],
    ['Answer', last ? (last.status ?? last.error) : 'none yet'],
    ['Latency', last && `${last.ms} ms`],
    [
      'Attempts',
      attempts.length > 0 && `${failures + (state === 'delivered' ? 1 : 0)}${failures ? `, ${failures} failed` : ''}`,
    ],
    ['Person', row.psid && `${nameOf(row.psid)} (${row.psid})`],
  ];
  const check = signature.check
    ? make(
        'p',
        { class: `signature ${signature.check}` },
        SIGNATURES[signature.check],
        signature.header ? make('code', {}, signature.header) : '',
      )
    : undefined;
  return [
    ...[factsList(facts), check],
    fold('Body', jsonView(body, 'Body of the webhook'), { open: true, copy: body }),
    last?.answer ? fold('Answer of your webhook', jsonView(last.answer, 'Answer of the webhook'), {}) : undefined,
    fold('Headers', headersView(headers), {}),
    attempts.length > 1 ? fold('Attempts', attemptsView(attempts), {}) : undefined,
    curl ? fold('curl', make('pre', { class: 'json', tabindex: '0' }, curl), { copy: curl }) : undefined,
  ].filter(Boolean);
}

function callDetail(
  row,
  { status, ms, outcome, rule, code, subcode, fault, mid, headers, request, answer, curl, query },
) {
  const facts = [
    ['Outcome', fault ? `fault: ${fault}` : outcome],
    ['Status', status ?? 'no answer'],
    ['Latency', ms !== null && `${ms} ms`],
    ['Refused by', rule !== null && `rule ${rule}`],
    ['Error', code !== null && `${code}${subcode === null ? '' : `/${subcode}`}`],
    ['Query', query],
    ['Message id', mid],
    ['Person', row.psid && `${nameOf(row.psid)} (${row.psid})`],
  ];
  return [
    factsList(facts),
    request ? fold('Request', jsonView(request, 'Body of the request'), { open: true, copy: request }) : undefined,
    fold('Answer', jsonView(answer ?? '(none was given)', 'Body of the answer'), {
      open: true,
      ...(answer && { copy: answer }),
    }),
    fold('Headers', headersView(headers), {}),
    fold('curl', make('pre', { class: 'json', tabindex: '0' }, curl), { copy: curl }),
  ].filter(Boolean);
}

function factsList(facts) {
  const told = facts.filter(([, value]) => value !== undefined && value !== null && value !== false && value !== '');
  return make(
    'dl',
    { class: 'facts-list' },
    ...told.flatMap(([words, value]) => [make('dt', {}, words), make('dd', {}, String(value))]),
  );
}

function fold(title, content, { open = false, copy }) {
  const bar = copy === undefined ? [] : [make('div', { class: 'fold-bar' }, copyButton(copy))];
  return make('details', { 'data-name': title, open }, make('summary', {}, title), ...bar, content);
}

function headersView(headers) {
  const all = Object.entries(headers);
  if (all.length === 0) return make('p', { class: 'hint' }, 'None of its own.');
  return make(
    'dl',
    { class: 'headers' },
    ...all.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]),
  );
}

function attemptsView(attempts) {
  const line = ({ at, status, error, ms }) =>
    make('li', {}, `${timeOfDay(at, undefined, { second: '2-digit' })} · ${status ?? error} · ${ms} ms`);
  return make('ol', { class: 'attempts' }, ...attempts.map(line));
}

function setOpen(open) {
  document.body.dataset.inspector = open ? 'open' : 'closed';
  $('inspector-toggle').setAttribute('aria-expanded', String(open));
  if (open) trafficChanged();
}

/** Starts listening. `moved` hears when the stage got wider or narrower. */
export function startInspector(moved) {
  const kept = localStorage.getItem(OPEN_KEY);
  setOpen(kept === null ? innerWidth >= 1180 || innerWidth <= 860 : kept === 'open');
  $('inspector-toggle').addEventListener('click', () => {
    setOpen(!isOpen());
    localStorage.setItem(OPEN_KEY, document.body.dataset.inspector);
    moved();
  });
  for (const id of ['traffic-person', 'traffic-kind', 'traffic-outcome'])
    $(id).addEventListener('change', trafficChanged);
  $('traffic-q').addEventListener('input', trafficChanged);
  arrowKeys($('traffic'), 'li > button');
  $('exchange').addEventListener('keydown', (event) => event.key === 'Escape' && close());
}

/** The narrow screen shows it on a tab of its own. */
export function showInspector() {
  setOpen(true);
}
