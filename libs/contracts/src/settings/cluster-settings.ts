import { z } from 'zod';
import { SecretRef } from './duration.js';

/**
 * A Kafka cluster that is not Beckon's own: how a source on it is reached. Nothing is inherited from our own cluster,
 * and certainly no password. TLS is on unless it is switched off, because a password would travel readable without it.
 */
export const ClusterSettings = z.strictObject({
  brokers: z
    .array(z.string().regex(/^[^\s:/@,]+:\d{1,5}$/, 'write host:port, without a scheme'))
    .min(1)
    .max(20),
  tls: z.boolean().default(true).describe('false only in a network where nobody listens'),
  ca: SecretRef.optional().describe('PEM of the authority that signed the brokers’ certificates, if no public one did'),
  cert: SecretRef.optional().describe('PEM of our client certificate, where the brokers want one'),
  key: SecretRef.optional().describe('PEM of its key'),
  sasl: z
    .strictObject({
      mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
      username: SecretRef,
      password: SecretRef,
    })
    .optional(),
  group: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,200}$/, 'letters, digits and . _ -')
    .optional()
    .describe('our consumer group there, if that cluster’s rules ask for a name'),
});
export type ClusterSettings = z.output<typeof ClusterSettings>;
