import type { ActivityPorts } from '../../ports.ts';
import type { TableFace } from '../ports.ts';
import { automationsFace } from './automations.ts';
import { logsFace } from './logs.ts';
import { overviewFace } from './overview.ts';
import { reportTypesFace } from './report-types.ts';
import { reportsFace } from './reports.ts';

/** What the tables are made of. */
export interface TablePorts {
  readonly stores: ActivityPorts['stores'];
  readonly definition: ActivityPorts['definition'];
  readonly now: () => Date;
  /** Brings the Schedule of an automation to what the store says. */
  readonly applyAutomation: (automationId: string) => Promise<void>;
  /** Days that rows of Logs and Reports stay in the base. */
  readonly keepDays: number;
  /** Rows of Logs, and of Reports, that are shown at most. */
  readonly mostRows: number;
}

/** Every table of the SYNC base; types come before what refers to them, and what may be long last. */
export const tableFaces = (ports: TablePorts): readonly TableFace[] => [
  reportTypesFace(ports),
  automationsFace(ports),
  overviewFace(ports),
  reportsFace(ports),
  logsFace(ports),
];
