import { $, make } from './dom.js';
import { call } from './sandbox.js';
import { openSheet, row } from './sheet.js';
import { now, timeOfDay, view } from './view.js';

/** The sandbox's clock in the top bar, and the sheet that moves it. */

/** Shows the time and whether it is the real one. */
export function renderClock() {
  const { clock } = view.overview;
  const at = now();
  const words = {
    day: new Date(at).toLocaleDateString(undefined, { dateStyle: 'medium' }),
    time: timeOfDay(at, undefined),
  };
  if ($('clock').textContent !== words.day + words.time) {
    $('clock').replaceChildren(make('span', { class: 'day' }, words.day), make('span', {}, words.time));
  }
  $('clock').setAttribute('datetime', new Date(at).toISOString());
  const shift = clock.frozen || Math.abs(clock.offset_ms) > 2000;
  $('clock-shift').hidden = !shift;
  $('clock-shift').textContent = clock.frozen ? 'stopped' : shiftText(at - Date.now());
}

function shiftText(ms) {
  const hours = Math.round(ms / 3_600_000);
  const sign = ms > 0 ? '+' : '−';
  if (hours === 0) return `${sign}${Math.round(Math.abs(ms) / 60_000)} min`;
  const days = Math.trunc(hours / 24);
  const words = [days ? `${Math.abs(days)} d` : '', hours % 24 ? `${Math.abs(hours % 24)} h` : ''].filter(Boolean);
  return `${sign}${words.join(' ')}`;
}

const UNITS = [
  ['60000', 'minutes'],
  ['3600000', 'hours'],
  ['86400000', 'days'],
];

/** Stop, move, set, and back to real time. */
export function openClockSheet() {
  const problem = make('p', { class: 'problem', role: 'alert' });
  const move = async (body) => {
    try {
      view.overview.clock = await call('POST', 'clock', body);
      problem.textContent = '';
      renderClock();
      sync();
    } catch (error) {
      problem.textContent = error.message;
    }
  };
  const shown = make('output', { class: 'big-time' });
  const stop = make('button', { type: 'button', onclick: () => move({ frozen: !view.overview.clock.frozen }) });
  const amount = make('input', { type: 'number', value: '30', min: '1', 'aria-label': 'How far' });
  const unit = make(
    'select',
    { 'aria-label': 'Unit' },
    ...UNITS.map(([value, words]) => make('option', { value }, words)),
  );
  const set = make('input', { type: 'datetime-local', step: '1', 'aria-label': 'Day and time' });
  const button = (words, act) => make('button', { type: 'button', onclick: act }, words);
  const sync = () => {
    shown.textContent = new Date(now()).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'medium' });
    stop.textContent = view.overview.clock.frozen ? 'Let it run' : 'Stop the clock';
  };
  const local = new Date(now() - new Date(now()).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  set.value = local;
  sync();
  openSheet(
    'Clock',
    [
      make('p', { class: 'hint' }, 'Windows, tokens, retries and receipts all follow this clock.'),
      shown,
      row(
        'Now',
        stop,
        button('Real time', () => move({ reset: true, frozen: false })),
      ),
      row(
        'Move on',
        button('+1 h', () => move({ advance_ms: 3_600_000 })),
        button('+24 h', () => move({ advance_ms: 86_400_000 })),
      ),
      row(
        'Move on by',
        amount,
        unit,
        button('Move', () => move({ advance_ms: Math.round(Number(amount.value) * Number(unit.value)) })),
      ),
      row(
        'Set to',
        set,
        button('Set', () => set.value && move({ set_ms: new Date(set.value).getTime() })),
      ),
      problem,
    ],
    sync,
    1000,
  );
}
