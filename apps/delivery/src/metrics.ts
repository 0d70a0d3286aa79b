import { counter, gauge, histogram } from '@beckon/service';

/** Answers, as they are told (alerts) or noted (replies). A repeated answer is not counted again. */
export const sends = counter('beckon_sends_total', {
  help: 'Messages by what became of them: accepted, refused, returned, deferred, failed, unknown.',
  labels: ['kind', 'outcome'],
});

/** Promise of speed: from the platform's event to our POST. */
export const eventToPost = histogram('beckon_event_to_post_seconds', {
  help: 'From the platform’s event to the POST on the socket, for accepted alerts.',
  unit: 'seconds',
  labels: ['kind'],
});

/** How long Messenger takes to answer. */
export const postAnswer = histogram('beckon_post_answer_seconds', {
  help: 'From the first byte of a POST to its answer (or to giving up on it).',
  unit: 'seconds',
  labels: ['outcome'],
});

/** The line in front of the gate. */
export const queue = gauge('beckon_delivery_queue_messages', {
  help: 'Messages in line for the gate, over all workers.',
  labels: ['kind'],
});

/** Messages of which nobody knows whether they arrived; alert when it grows. */
export const unknowns = gauge('beckon_delivery_unknown_messages', {
  help: 'Messages that wait for an echo because their answer was lost, over all workers.',
});

/** Pages of this worker. */
export const pagesOwned = gauge('beckon_delivery_pages_owned', { help: 'Pages that this worker sends for.' });

/** Pages of this worker that cannot send; each needs a person. */
export const pagesStopped = gauge('beckon_delivery_pages_stopped', {
  help: 'Pages of this worker that Messenger or a missing token stopped.',
});

/** Receipts and echoes that named a message of another person or Page. */
export const foreignEchoes = counter('beckon_foreign_echoes_total', {
  help: 'Echoes whose metadata named a message that is not that person’s.',
});
