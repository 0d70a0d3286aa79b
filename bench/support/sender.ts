/** Sends texts over the Send API, many calls under way at a time. */
import type { Pool } from 'undici';

/** One person who can be sent to. */
export interface Addressee {
  readonly page: string;
  readonly token: string;
  readonly psid: string;
}

/** Calls under way at a time. */
export const IN_FLIGHT = 64;

/** Sends so many texts to one person after the other. @throws when one is not accepted */
export async function sendTexts(pool: Pool, addressees: readonly Addressee[], count: number): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) {
      const n = next++;
      const { page, token, psid } = addressees[n % addressees.length]!;
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: `/v26.0/${page}/messages`,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({
          recipient: { id: psid },
          messaging_type: 'UPDATE',
          message: {
            text: 'The red coat in your size is back: https://shop.example/coat',
            metadata: `beckon:1:alr_${n.toString(16).padStart(24, '0')}`,
          },
        }),
      });
      const answer = await body.text();
      if (statusCode !== 200 || !answer.includes('message_id')) throw new Error(`refused (${statusCode}): ${answer}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
}
