import { counter, gauge, histogram } from '@beckon/service';

/** Metrics of the Kafka transport. */
export const kafkaMetrics = {
  records: counter('beckon_kafka_records_total', { help: 'Records handled and committed.', labels: ['topic'] }),
  deadLetters: counter('beckon_kafka_dead_letters_total', { help: 'Records put aside.', labels: ['topic', 'reason'] }),
  chunkSeconds: histogram('beckon_kafka_chunk_seconds', {
    help: 'Time of one chunk: handler, commit, emits acknowledged.',
    unit: 'seconds',
    labels: ['topic'],
  }),
  retries: counter('beckon_kafka_chunk_retries_total', {
    help: 'Chunks that failed and come again; "passing" is trouble that may pass, "fault" is not known to.',
    labels: ['topic', 'cause'],
  }),
  fenced: counter('beckon_kafka_fenced_total', {
    help: 'Transactions refused because another consumer owned the partition.',
    labels: ['topic'],
  }),
  stopped: gauge('beckon_kafka_stopped_partitions', {
    help: 'Partitions that need a person: a hole in the log, or too many unusable records in a row.',
    labels: ['topic'],
  }),
};
