import type { Page } from './model.js';

/**
 * What the sandbox has when it runs alone: one Page with its app, and one person. The values never change, so that a
 * bot's settings stay good over restarts. They work nowhere else and are no secrets.
 */
export const READY_MADE = {
  page: '100',
  page_name: 'My shop',
  app_id: '1',
  app_secret: 'sandbox-app-secret-not-for-production',
  verify_token: 'sandbox-verify-token',
  token: 'sandbox-page-token-not-for-production',
  psid: '2000000000000001',
  person: 'Ida',
} as const;

/** The values that a bot needs, if this is the ready-made Page and they still hold; null otherwise: then they are secret. */
export function knownValues(page: Page): { token: string; app_secret: string; verify_token: string } | null {
  const { page: id, token, app_secret, verify_token } = READY_MADE;
  const holds =
    page.id === id && page.token === token && page.appSecret === app_secret && page.verifyToken === verify_token;
  return holds ? { token, app_secret, verify_token } : null;
}
