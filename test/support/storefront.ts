import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type AppSettings, tokenValue } from '../../connectors/app.ts';
import { loadDefinition } from '../../connectors/definition.ts';
import { beginAuthorization, type Callback, exchangeCode, type TokenSet } from '../../connectors/oauth.ts';
import { createSource } from '../../connectors/registry.ts';
import { answerConsent } from '../../examples/storefront/consent.ts';
import type { OrderRow } from '../../examples/storefront/orders.ts';
import {
  type Storefront,
  type StorefrontOptions,
  startStorefront,
} from '../../examples/storefront/server.ts';

export const storefrontWithMetrics = loadDefinition(
  fileURLToPath(new URL('../../connectors/storefront.yaml', import.meta.url)),
);

/** Without metrics, so that processing is quick where it is not what is tested. */
export const storefrontDefinition = { ...storefrontWithMetrics, metrics: [] };

/** The app's settings for a storefront with its default client. */
export const storefrontSettings = (url: string): AppSettings => ({
  baseUrl: url,
  clientId: 'tributary',
  clientSecret: 'storefront-secret',
});

/** Opens the consent page and answers it; what comes back is not exchanged yet. */
export async function consentAt(
  url: string,
  account: string,
  decision: 'approve' | 'deny' = 'approve',
): Promise<Callback & { readonly params: string }> {
  const question = { state: 'state-1', redirectUri: 'http://127.0.0.1:4999/api/oauth/callback' };
  const link = await beginAuthorization(storefrontDefinition, storefrontSettings(url), question);
  const params = await answerConsent(link.url, { account, decision });
  return { ...question, params, codeVerifier: link.codeVerifier };
}

/** The whole walk: consent, code, tokens. */
export async function authorizeAt(url: string, account: string): Promise<TokenSet> {
  const callback = await consentAt(url, account);
  return (await exchangeCode(storefrontDefinition, storefrontSettings(url), callback)).tokens;
}

/** A storefront for one test file, without a rate limit to speak of; stopped after the test that started it. */
export async function openStorefront(options: StorefrontOptions = {}): Promise<Storefront> {
  const storefront = await startStorefront({ requestsPerSecond: 1000, ...options });
  after(() => storefront.stop());
  return storefront;
}

/** One company's view of the storefront. */
export async function visit(storefront: Pick<Storefront, 'url'>, account: string) {
  const { accessToken } = await authorizeAt(storefront.url, account);
  const source = createSource(
    { ...storefrontDefinition, rateLimit: undefined },
    storefrontSettings(storefront.url),
    { credentials: { authorization: async () => tokenValue(storefrontDefinition, accessToken) }, fetch },
  );
  return {
    get: (path: string) =>
      fetch(`${storefront.url}${path}`, {
        headers: { authorization: tokenValue(storefrontDefinition, accessToken) },
      }),
    read: async (since?: string) => {
      const rows: OrderRow[] = [];
      const totals = new Set<number | undefined>();
      const { signal } = new AbortController();
      for await (const page of source.read({ resource: 'orders', signal, ...(since ? { since } : {}) })) {
        rows.push(...(page.rows as unknown as OrderRow[]));
        totals.add(page.total);
      }
      return { rows, totals: [...totals] };
    },
  };
}
