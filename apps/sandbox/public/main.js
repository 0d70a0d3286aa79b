import { $, fillSelect } from './dom.js';
import { percent } from './chance.js';
import { openClockSheet, renderClock } from './clock.js';
import { renderPeopleFilter, showInspector, startInspector, trafficChanged } from './inspector.js';
import { openPageSheet } from './page-sheet.js';
import { call, listen, refresh } from './sandbox.js';
import { startSearch } from './search.js';
import { syncSheet } from './sheet.js';
import { openLink, renderShop } from './shop.js';
import { choosePhones, refreshThread, showPhone, threadChanged } from './stage.js';
import { pageOf, peopleHere, view } from './view.js';

/**
 * The phone page. Shows what the admin API tells and does what a person would do; keeps nothing that matters. The
 * stream says what changed, this page then fetches it.
 */

const refreshOverview = () =>
  refresh('overview', async () => {
    view.overview = await call('GET', 'overview');
    renderOverview();
  });

const refreshFaults = () =>
  refresh('faults', async () => {
    [view.faults, view.disorder] = await Promise.all([call('GET', 'faults'), call('GET', 'disorder')]);
    renderTrouble();
    syncSheet();
  });

/** Above the phones: what trouble is to come. */
function renderTrouble() {
  const armed = view.faults.length + view.disorder.length;
  const { fault_rate: faults = 0, disorder_rate: disorder = 0 } = pageOf() ?? {};
  const words = [
    armed > 0 && (armed === 1 ? '1 fault armed' : `${armed} faults armed`),
    faults > 0 && `faults ${percent(faults)} %`,
    disorder > 0 && `disorder ${percent(disorder)} %`,
  ].filter(Boolean);
  $('armed').hidden = words.length === 0;
  $('armed').textContent = words.join(' · ');
}

function renderOverview() {
  const { pages } = view.overview;
  if (!pages.some(({ page }) => page === view.page)) view.page = pages[0]?.page;
  fillSelect(
    $('page'),
    pages.map(({ page, name }) => [page, name]),
    view.page,
  );
  $('page-choice').hidden = pages.length < 2;
  $('page-settings').hidden = pages.length === 0;
  $('empty').hidden = peopleHere().length > 0;
  $('empty-code').textContent = exampleCalls();
  renderShop();
  renderPeopleFilter();
  choosePhones();
  renderClock();
  renderTrouble();
  syncSheet();
}

function exampleCalls() {
  const at = location.origin;
  return [
    `curl ${at}/admin/pages -d '{"page":"100","name":"My shop",`,
    `  "token":"my-token","app_id":"1","app_secret":"my-secret"}'`,
    `curl ${at}/admin/people -d '{"page":"100","name":"Ida"}'`,
  ].join('\n');
}

function changed(change) {
  switch (change.type) {
    case 'thread':
      threadChanged(change.psid);
      break;
    case 'calls':
    case 'webhooks':
      trafficChanged();
      if (view.faults.length + view.disorder.length > 0) refreshFaults();
      break;
    case 'faults':
      refreshFaults();
      break;
    default:
      refreshOverview();
  }
  syncSheet();
}

function setLive(state, words) {
  $('live').dataset.state = state;
  $('live').textContent = words;
}

function chooseView(name) {
  document.body.dataset.view = name;
  for (const tab of document.querySelectorAll('[data-view-tab]')) {
    tab.setAttribute('aria-pressed', String(tab.dataset.viewTab === name));
  }
  if (name === 'inspector') showInspector();
  if (name === 'phones') choosePhones();
}

$('page').addEventListener('change', () => {
  view.page = $('page').value;
  renderOverview();
  trafficChanged();
});
$('visitor').addEventListener('change', () => showPhone($('visitor').value));
$('link-form').addEventListener('submit', (event) => {
  event.preventDefault();
  void openLink($('link').value.trim());
});
$('clock-button').addEventListener('click', openClockSheet);
for (const id of ['page-settings', 'connect-webhook']) $(id).addEventListener('click', openPageSheet);
for (const tab of document.querySelectorAll('[data-view-tab]')) {
  tab.addEventListener('click', () => chooseView(tab.dataset.viewTab));
}
$('theme').addEventListener('click', () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  localStorage.setItem('sandbox.theme', root.dataset.theme);
});
const theme = localStorage.getItem('sandbox.theme');
if (theme) document.documentElement.dataset.theme = theme;

startInspector(choosePhones);
startSearch();
chooseView('phones');
addEventListener('resize', choosePhones);
setInterval(() => {
  renderClock();
  for (const phone of view.phones.values()) phone.tick();
}, 1000);
listen({
  opened: () => {
    setLive('live', 'live');
    refreshOverview();
    refreshFaults();
    trafficChanged();
    for (const psid of view.shown) refreshThread(psid);
  },
  lost: () => setLive('lost', 'reconnecting'),
  changed,
});
