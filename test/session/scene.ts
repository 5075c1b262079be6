import { randomBytes } from 'node:crypto';
import { type SessionDurations, sessionWorkflowId } from '../../domain/contracts.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import {
  type PageAsked,
  type PagedApp,
  pagedDefinition,
  pagedRows,
  startPagedApp,
} from '../support/paged-app.ts';
import type { PagedDefinitionOptions } from '../support/paged-definition.ts';
import { tester, type World } from '../support/world.ts';

/** The paged app, with a hook that a test may set while it runs. */
export type SceneApp = PagedApp<string> & { onPage: ((page: PageAsked) => void) | undefined };

/** A connection with an app of its own, and the port that a person's calls go through. */
export interface Scene {
  readonly app: SceneApp;
  readonly connection: ConnectionDoc;
  readonly id: string;
  readonly port: ReturnType<World['sessions']>;
  authorize(): Promise<unknown>;
  load(): Promise<unknown>;
  /** What the connection's last run returned. */
  outcome(): Promise<unknown>;
  call(name: 'retry' | 'cancel' | 'skip' | 'proceed', note?: string): Promise<number>;
}

export interface SceneOptions extends PagedDefinitionOptions {
  /** Not authorized by anyone yet. @default false: started, with a valid grant */
  readonly configuring?: boolean;
  readonly unattended?: boolean;
  readonly rows?: Record<string, JsonValue[]>;
  readonly pageSize?: number;
  readonly durations?: Partial<SessionDurations>;
}

/** Sets a scene: its own app, definition and connection. The app ends with the test. */
export async function setScene(
  world: World,
  test: { after: (fn: () => Promise<void>) => void },
  options: SceneOptions = {},
): Promise<Scene> {
  const { configuring = false, unattended = true, durations = {}, pageSize = 100, ...rest } = options;
  const names = options.resources ?? ['orders'];
  const resources: Record<string, JsonValue[]> =
    options.rows ?? Object.fromEntries(names.map((name) => [name, pagedRows(20)]));
  const paged = await startPagedApp<string>({ resources, pageSize, onPage: (page) => app.onPage?.(page) });
  const app: SceneApp = Object.assign(paged, { onPage: undefined });
  test.after(() => app.stop());
  const definition = pagedDefinition({ ...rest, id: `app${randomBytes(4).toString('hex')}` });
  const make = configuring ? world.configuring : world.started;
  const connection = await make({ definition, baseUrl: app.url, unattended });
  const port = world.sessions(durations);
  return {
    app,
    connection,
    id: connection._id,
    port,
    authorize: () => port.startSession(connection, { kind: 'authorize', by: tester }),
    load: () => port.startSession(connection, { kind: 'load', by: tester }),
    outcome: () => world.client.workflow.getHandle(sessionWorkflowId(connection._id)).result(),
    async call(name, note) {
      const { _id } = await world.latest(connection._id);
      const answer = await port.call(_id, name, { by: tester, ...(note === undefined ? {} : { note }) });
      return answer.code;
    },
  };
}
