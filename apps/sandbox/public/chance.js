import { make } from './dom.js';
import { DISORDERS, FAULTS, errorChoice } from './faults.js';
import { row } from './sheet.js';

/**
 * Trouble by chance: how often, from which seed, and which. What is set holds at once; the same seed, the same trouble.
 * `read()` gives the switches as they are, in `inherit()` stands what holds where they are null; `write(patch)` sets some.
 */

/** Faults of sends (rule 48), of a Page or of a person. */
export function faultChance({ read, write, inherit }) {
  const pick = (kind) => {
    const weight = make('input', {
      ...{ type: 'number', min: '0', step: '1', value: '0' },
      onchange: () => form.save(),
    });
    const more = { error: errorChoice, ok_with_error: errorChoice, delay: slowness }[kind]?.(() => form.save());
    return { weight, more };
  };
  const form = chanceForm({
    ...{ read, write, inherit, prefix: 'fault', of: 'sends', kinds: FAULTS, pick },
    summary: 'Which faults, and how often beside the others (0: never)',
    /** The first of a kind is the form's; further ones (other codes, from the admin API) stay as they are. */
    toKinds: (controls, now) => {
      const further = now.filter((one, index) => now.findIndex(({ kind }) => kind === one.kind) !== index);
      const chosen = controls.map(([kind, { weight, more }]) => ({
        kind,
        ...more?.read(),
        weight: Number(weight.value),
      }));
      return [...chosen.filter(({ weight }) => weight > 0), ...further];
    },
    show: ({ weight, more }, fault) => {
      weight.value = String(fault?.weight ?? 0);
      if (fault) more?.show(fault);
    },
    words: ({ kind, weight, code, subcode, ms }) =>
      [wordsOf(FAULTS, kind), code && [code, subcode].filter(Boolean).join('/'), ms && `${ms} ms`, `× ${weight}`]
        .filter(Boolean)
        .join(' '),
  });
  return form;
}

/** Disorder of webhooks (rule 44), of a Page. */
export function disorderChance({ read, write }) {
  const form = chanceForm({
    ...{ read, write, prefix: 'disorder', of: 'webhooks', kinds: DISORDERS, summary: 'Which disorder' },
    pick: () => ({ weight: make('input', { type: 'checkbox', onchange: () => form.save() }) }),
    toKinds: (controls) => controls.filter(([, { weight }]) => weight.checked).map(([kind]) => kind),
    show: ({ weight }, kind) => (weight.checked = kind !== undefined),
    words: (kind) => wordsOf(DISORDERS, kind),
  });
  return form;
}

function chanceForm({ read, write, inherit, prefix, of, kinds, pick, summary, toKinds, show, words }) {
  const [RATE, SEED, KINDS] = ['rate', 'seed', 'kinds'].map((name) => `${prefix}_${name}`);
  const rate = make('input', { type: 'number', min: '0', max: '100', step: 'any', onchange: () => setRate() });
  const seed = make('input', {
    type: 'number',
    step: '1',
    onchange: () => seed.value && write({ [SEED]: Number(seed.value) }),
  });
  const controls = kinds.map(([kind]) => [kind, pick(kind)]);
  const on = make('p', { class: 'hint chance-on', role: 'status' });
  const setRate = () => {
    // Whoever has no rate of their own has that of the Page.
    if (rate.value !== '') write({ [RATE]: Number(rate.value) / 100 });
    else if (inherit) write({ [RATE]: null });
  };
  const lines = controls.map(([kind, { weight, more }]) => {
    weight.setAttribute('aria-label', `${of}: ${wordsOf(kinds, kind)}`);
    return row(wordsOf(kinds, kind), ...(more ? [more] : []), weight);
  });
  const list = make('details', {}, make('summary', {}, summary), ...lines);
  const box = make(
    'div',
    { class: 'chance' },
    row(`Share of ${of}, in %`, rate),
    row(`Seed for ${of}`, seed),
    list,
    on,
  );
  box.save = () => write({ [KINDS]: toKinds(controls, known(read())[KINDS]) });
  const known = (now) => {
    const beyond = inherit?.() ?? {};
    return Object.fromEntries([RATE, SEED, KINDS].map((name) => [name, now[name] ?? beyond[name]]));
  };
  box.sync = () => {
    const own = read();
    if (!own) return;
    const now = known(own);
    if (document.activeElement !== rate) rate.value = own[RATE] === null ? '' : String(percent(own[RATE]));
    if (inherit) rate.placeholder = `${percent(now[RATE])} (Page)`;
    if (document.activeElement !== seed) seed.value = String(now[SEED]);
    // All of the list is set at once: while somebody is in it, it is what they make it, however old the news.
    if (!list.contains(document.activeElement)) {
      for (const [kind, control] of controls)
        show(
          control,
          now[KINDS].find((one) => (one.kind ?? one) === kind),
        );
    }
    const text =
      now[RATE] === 0
        ? `No ${of} meet trouble by chance.`
        : `${percent(now[RATE])} % of ${of}, seed ${now[SEED]}: ${now[KINDS].map(words).join(', ') || 'nothing'}.`;
    if (on.textContent !== text) on.textContent = text;
  };
  return box;
}

function slowness(onchange) {
  const ms = make('input', { ...{ type: 'number', min: '0', step: '100', value: '3000' }, onchange });
  ms.setAttribute('aria-label', 'Milliseconds of a slow answer');
  ms.read = () => ({ ms: Number(ms.value) });
  ms.show = (fault) => (ms.value = String(fault.ms));
  return ms;
}

const wordsOf = (kinds, kind) => kinds.find(([name]) => name === kind)?.[1] ?? kind;
/** A share in percent, without the digits that floating point adds. */
export const percent = (share) => Number((share * 100).toFixed(4));
