import type { AppAddress } from '../app.ts';
import type { RestResource } from '../rest-definition.ts';
import type { PageToken, ReadRequest, SourcePage } from '../source.ts';
import type { Ask } from './asker.ts';
import { createLoopGuard } from './loop-guard.ts';
import { readPage } from './pages.ts';
import { pageAddress, type Wanted } from './template.ts';

/** How a walk is watched and ended, and where it goes on. */
export type WalkRequest = Pick<ReadRequest, 'from' | 'signal' | 'onWait' | 'onExchange'>;

/**
 * Walks the pages of a resource.
 * @returns A function that gives the pages in order until the last.
 */
export const createWalk = (ask: Ask, baseUrl: string, app: Pick<AppAddress, 'parameters'>) =>
  async function* walk(
    resource: RestResource,
    { from, signal, onWait, onExchange }: WalkRequest,
    wanted: Wanted,
  ): AsyncGenerator<SourcePage> {
    const guard = createLoopGuard(resource, from);
    const page = (at: PageToken | undefined): Promise<SourcePage> => {
      const url = pageAddress(resource, baseUrl, app, wanted, at);
      return ask({
        ...{ url, signal, onWait, onExchange, page: at },
        read: (body, headers, isSecret) => readPage(resource, { body, headers, url, at }, isSecret),
        rows: ({ rows }) => rows.length,
      });
    };
    let at = from;
    for (;;) {
      signal.throwIfAborted();
      const next = await page(at);
      guard(next);
      yield next;
      if (next.next === null) return;
      at = next.next;
    }
  };
