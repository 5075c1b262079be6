import type { SupervisorKind } from '../../platform/settings-watchdog.ts';
import type { Part } from './parts.ts';

/** Which process answers for a part. */
export const processOf = {
  engine: 'engine',
  store: 'store',
  worker: 'worker',
  api: 'api',
  // A worker's Schedule writes it.
  overview: 'worker',
} as const satisfies Record<Part, string>;

const inCompose = { engine: 'temporal', store: 'mongodb', worker: 'worker', api: 'api' } as const;
const inSystemd = {
  ...{ engine: 'temporal', store: 'mongod', worker: 'tributary-worker', api: 'tributary-api' },
} as const;

/** What restarts processes, as a person types it. @param supervisor Undefined: nobody said what keeps them running. */
export function restartCommand(
  supervisor: SupervisorKind | undefined,
  which: readonly (keyof typeof inCompose)[],
): string {
  switch (supervisor) {
    case 'start':
      return `tributary service restart ${which.length === 1 ? which[0] : 'all'}`;
    case 'compose':
      return `docker compose restart ${which.map((name) => inCompose[name]).join(' ')}`;
    case 'systemd':
      return `sudo systemctl restart ${which.map((name) => inSystemd[name]).join(' ')}`;
    case undefined:
      return 'npm start';
  }
}

/** What a person types when a part is gone. */
export function commandFor(supervisor: SupervisorKind | undefined): (part: Part) => string {
  return (part) => {
    const command = restartCommand(supervisor, [processOf[part]]);
    if (supervisor === 'start') return `${command} (or, if nothing runs any more: npm start)`;
    if (supervisor !== undefined) return command;
    return 'npm start (or, if it is not run by that, restart it where it runs)';
  };
}
