import type { SupervisorKind } from '../../../platform/settings-watchdog.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { commandFor } from '../../watchdog/commands.ts';
import { type Part, partNames, type Seen } from '../../watchdog/parts.ts';
import { counted } from '../output/table.ts';

/** One place that was looked at. */
export interface Step {
  /** As people know it: engine, Overview, Logs. */
  readonly place: string;
  readonly state: 'well' | 'fault' | 'unchecked';
  readonly text: string;
  /** What to do about a fault. */
  readonly help: string | null;
}

const well = (place: string, text: string): Step => ({ place, state: 'well', text, help: null });
const fault = (place: string, text: string, help: string): Step => ({ place, state: 'fault', text, help });

/** What was seen of the parts; Overview is asked of the API, with the rest of the control base. */
export function partSteps(seen: readonly Seen[], supervisor: SupervisorKind | undefined): Step[] {
  const command = commandFor(supervisor);
  return seen
    .filter(({ part }) => part !== 'overview')
    .map(({ part, state, text }) => {
      if (state === 'gone') return fault(partNames[part], text, command(part));
      return { place: partNames[part], state, text, help: null };
    });
}

type Api = Pick<
  TributaryClient,
  'overview' | 'logs' | 'failedReports' | 'listAutomations' | 'listAlerts' | 'attention'
>;

/** The control base in the order of document 003, section 6, then alerts and what needs a person. */
const places: readonly (readonly [place: string, look: (api: Api) => Promise<Step[]>])[] = [
  [
    'Overview',
    async (api) => {
      const { alive, timestamp, sentence } = await api.overview();
      if (alive === 1) return [well('Overview', `${sentence} It last said so at ${timestamp}.`)];
      // A service that was just installed.
      if (timestamp === null) return [{ ...well('Overview', sentence), state: 'unchecked' }];
      return [fault('Overview', sentence, 'tributary service restart worker')];
    },
  ],
  [
    'Logs',
    async (api) => {
      const [last] = (await api.logs({ limit: 1 })).logs;
      return [well('Logs', last === undefined ? 'No row yet.' : `The last row, of ${last.at}: ${last.text}`)];
    },
  ],
  [
    'Failed Reports',
    async (api) => {
      const { reports } = await api.failedReports();
      const faults = reports.map(({ type, slot, sentence }) =>
        fault('Failed Reports', `${type} of ${slot}: ${sentence}`, `tributary report retry ${type} ${slot}`),
      );
      return faults.length > 0 ? faults : [well('Failed Reports', 'None.')];
    },
  ],
  [
    'Automations',
    async (api) => {
      const { automations } = await api.listAutomations();
      const faults = automations.flatMap(({ id, disabled, latest }) =>
        !disabled && (latest?.outcome === 'failed' || latest?.outcome === 'missed')
          ? [fault('Automations', `${id}: ${latest.sentence}`, `tributary automation run ${id}`)]
          : [],
      );
      const off = automations.filter(({ disabled }) => disabled).length;
      const text = `${counted(automations.length, 'schedule')}, ${off} of them disabled.`;
      return faults.length > 0 ? faults : [well('Automations', text)];
    },
  ],
  [
    'Alerts',
    async (api) => {
      const open = (await api.listAlerts()).alerts.filter(({ status }) => status === 'open');
      const faults = open.map(({ title, reason, since, command }) =>
        fault('Alerts', `${title}: ${reason} (since ${since})`, command ?? `tributary alert list`),
      );
      return faults.length > 0 ? faults : [well('Alerts', 'No alert is open.')];
    },
  ],
  [
    'Needs a person',
    async (api) => {
      const { items } = await api.attention();
      const faults = items.map(({ kind, id, sentence, command }) =>
        fault('Needs a person', `${kind} ${id}: ${sentence}`, command),
      );
      return faults.length > 0 ? faults : [well('Needs a person', 'Nothing does.')];
    },
  ],
];

/** Faults of one place that are shown to a person. */
const mostShown = 3;
const lists: Readonly<Record<string, string>> = {
  'Failed Reports': 'tributary report list --failed',
  Automations: 'tributary automation list',
  Alerts: 'tributary alert list',
  'Needs a person': 'tributary attention',
};

/** What a person is shown: of many faults of one place the first ones, and where the others are. */
export const shortened = (steps: readonly Step[]): readonly Step[] =>
  steps.flatMap((step, at) => {
    const mine = steps.filter(({ place }) => place === step.place);
    const list = lists[step.place];
    const before = steps.slice(0, at).filter(({ place }) => place === step.place).length;
    if (list === undefined || mine.length <= mostShown + 1 || before < mostShown) return [step];
    return before === mostShown
      ? [{ ...step, text: `and ${mine.length - mostShown} more: ${list}`, help: list }]
      : [];
  });

/** Asks the API for the control base. What cannot be asked is said, and nothing throws. */
export async function controlSteps(api: Api | undefined): Promise<Step[]> {
  const steps = places.map(async ([place, look]): Promise<Step[]> => {
    if (api === undefined)
      return [{ place, state: 'unchecked', text: 'The API cannot be asked.', help: null }];
    try {
      return await look(api);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return [{ place, state: 'unchecked', text, help: null }];
    }
  });
  return (await Promise.all(steps)).flat();
}

/** Overview as the store has it, where the API is gone. */
export function overviewStep(seen: readonly Seen[]): Step | undefined {
  const one = seen.find(({ part }) => part === ('overview' satisfies Part));
  if (one === undefined) return undefined;
  const { state, text } = one;
  return state === 'gone'
    ? fault('Overview', text, 'tributary service restart worker')
    : { place: 'Overview', state, text, help: null };
}
