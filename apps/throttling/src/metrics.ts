/** What throttling counts. */
import { counter, gauge, histogram } from '@beckon/service';

export const alertsInLine = gauge('beckon_throttling_alerts', {
  help: 'Alerts not done yet: waiting in the line, held until a time or an event, reserved.',
  labels: ['state'],
});
export const admissions = counter('beckon_throttling_admissions_total', { help: 'Alerts admitted to be sent now.' });
export const admissionWait = histogram('beckon_throttling_wait_seconds', {
  help: 'Time from the match to the admission.',
  unit: 'seconds',
});
export const holds = counter('beckon_throttling_holds_total', {
  help: 'Alerts told to wait, by reason.',
  labels: ['reason'],
});
export const ended = counter('beckon_throttling_ended_total', {
  help: 'Alerts ended without being sent, by reason.',
  labels: ['reason'],
});
export const answers = counter('beckon_throttling_answers_total', {
  help: 'Answers of delivery that changed an alert, by what they said.',
  labels: ['state'],
});
export const askedAgain = counter('beckon_throttling_asked_again_total', {
  help: 'Admissions whose answer was overdue and that were emitted again.',
});
export const closedShards = gauge('beckon_throttling_closed_shards', {
  help: 'Shards of the send windows that are closed for this worker (0 to 32); nothing of theirs is admitted.',
});
export const shardsRebuilt = counter('beckon_throttling_shards_rebuilt_total', {
  help: 'Shards of the send windows rebuilt from Postgres.',
});
export const orphans = counter('beckon_throttling_orphan_reservations_total', {
  help: 'Places in the windows whose admission was never committed, given back by the sweep.',
});
export const leasedPages = gauge('beckon_throttling_pages', { help: 'Pages leased to this worker.' });
