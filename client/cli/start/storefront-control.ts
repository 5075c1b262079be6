import { z } from 'zod';
import { TributaryError } from '../../../domain/errors.ts';

const releaseAnswer = z.object({
  released: z
    .object({
      day: z.string(),
      rows: z.number(),
      lateUpdates: z.number(),
      duplicates: z.number(),
      malformed: z.number(),
      daysLeft: z.number(),
    })
    .nullable(),
});

/** What one released day brought. */
export type ReleasedDay = NonNullable<z.infer<typeof releaseAnswer>['released']>;

/** The control switches of the sample app. */
export interface StorefrontControl {
  /** Puts the next held day on sale; null when none is left. */
  release(): Promise<ReleasedDay | null>;
  faults(switches: { readonly dripMs?: number; readonly revoke?: string }): Promise<void>;
}

/** Speaks to the sample app's /control. */
export function createStorefrontControl(storefront: {
  readonly url: string;
  readonly controlToken: string;
}): StorefrontControl {
  async function post(path: string, body: object): Promise<unknown> {
    const response = await fetch(`${storefront.url}/control/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${storefront.controlToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    }).catch((error: Error) => {
      throw new TributaryError(
        'SOURCE_UNREACHABLE',
        `The sample app does not answer at ${storefront.url} (${error.message}).`,
      );
    });
    if (!response.ok) throw new Error(`The sample app answered ${response.status} to /control/${path}.`);
    return response.json();
  }
  return {
    release: async () => releaseAnswer.parse(await post('release', {})).released,
    faults: async (switches) => {
      await post('faults', switches);
    },
  };
}
