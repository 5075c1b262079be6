import { TributaryError } from '../../domain/errors.ts';
import { resolveAddress } from '../app.ts';
import { restOf } from '../rest-definition.ts';
import type { ConnectorDefinition } from '../schema.ts';
import type { ReadRequest, Source, SourcePage } from '../source.ts';
import { createAsker, type RestSourceOptions } from './asker.ts';
import { createWalk } from './walk.ts';

export type { RestSourceOptions } from './asker.ts';

/**
 * A source that reads pages of JSON over HTTP as a definition says.
 * Server errors are not tried again inside: the engine does that, from the last stored page.
 * @throws TributaryError APP_NOT_SET_UP, or INVALID_INPUT for a parameter that the connection does not have.
 */
export function createRestSource(definition: ConnectorDefinition, options: RestSourceOptions): Source {
  const { app } = options;
  const { id: appId, resources } = restOf(definition);
  const walk = createWalk(createAsker(definition, options), resolveAddress(definition.baseUrl, app), app);

  async function* read(request: ReadRequest): AsyncGenerator<SourcePage> {
    const resource = resources.find(({ id }) => id === request.resource);
    if (!resource)
      throw new TributaryError(
        'SOURCE_RESOURCE_NOT_FOUND',
        `${appId} has no resource "${request.resource}".`,
      );
    yield* walk(resource, request, { since: request.since, until: request.until });
  }

  return { read };
}
