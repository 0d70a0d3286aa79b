import { verifySignature } from '@beckon/messenger';

/** What a receiver that checks finds: the bytes were signed with the app's secret, with another, or not at all. */
export type SignatureCheck = 'valid' | 'forged' | 'none';

/** Checks the `X-Hub-Signature-256` of a webhook as its receiver should. */
export function checkSignature(header: string | undefined, body: string, appSecret: string): SignatureCheck {
  if (header === undefined) return 'none';
  return verifySignature([appSecret], header, Buffer.from(body, 'latin1')) ? 'valid' : 'forged';
}
