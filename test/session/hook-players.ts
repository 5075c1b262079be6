import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { World } from '../support/world.ts';
import type { Order, Player } from './hook-orders.ts';
import type { HookApi } from './hook-scene.ts';

export interface NewPlayer {
  readonly definition: ConnectorDefinition;
  readonly baseUrl: string;
  /** A hook each. */
  readonly resources: readonly string[];
  readonly order: Order;
}

/** A connection of its own, with an aggregator and a hook for each resource. */
export async function createPlayer(
  world: World,
  api: HookApi,
  { definition, baseUrl, resources, order }: NewPlayer,
): Promise<Player> {
  const connection = await world.started({ definition, baseUrl });
  const aggregator = await api.aggregator(definition.id, connection._id);
  const hooks = resources.map((resource) => aggregator.hook(`${resource}.ready`));
  return { order, connection, aggregator, hooks };
}
