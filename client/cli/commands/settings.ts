import type { Command } from 'commander';
import type { SettingsBody } from '../../api/schemas/procedures.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { checkSettingsWith } from './check-settings.ts';
import { confirmedPlan } from './plan.ts';
import { collect } from './shared.ts';

interface SettingsOptions {
  readonly every?: string;
  readonly cron?: string;
  readonly manual?: boolean;
  readonly timeZone?: string;
  readonly retentionDays?: number;
  readonly driftPolicy?: string;
  readonly deduplication?: string;
  readonly substagesOff?: string;
  readonly quarantineShare?: number;
  readonly quarantineRows?: number;
  readonly autoPause?: string;
  readonly check?: readonly string[];
  readonly note?: string;
  readonly yes?: boolean;
}

/** Shows how a procedure ended. */
export type RunProcedure = (
  command: Command,
  call: (api: TributaryClient) => ReturnType<TributaryClient['updateSettings']>,
) => Promise<void>;

/** `tributary connection settings` */
export function addSettings(group: Command, run: RunProcedure): void {
  group
    .command('settings')
    .argument('<connection>', 'connection id')
    .description('change settings of a started or paused connection, from the next session on')
    .option('--every <interval>', 'start sessions in intervals, such as 15m, 6h, 1d')
    .option('--cron <expression>', 'start sessions by five fields, such as "0 6 * * 1-5"')
    .option('--manual', 'start no sessions by itself')
    .option('--time-zone <zone>', 'IANA name, such as Europe/Berlin')
    .option('--retention-days <days>', 'keep raw batches so long; shorter than now asks first', numberOf)
    .option('--drift-policy <policy>', 'ignore, propagate or pause')
    .option('--deduplication <on-or-off>', 'on or off')
    .option('--substages-off <names>', 'substages of Processing that are skipped, by comma; none: all run')
    .option(
      '--quarantine-share <share>',
      'share of rows in quarantine that fails structuring, 0 to 1',
      numberOf,
    )
    .option('--quarantine-rows <rows>', 'so many rows in quarantine never fail it', numberOf)
    .option('--auto-pause <failures/days>', 'pause by itself after so many failures and days, or never')
    .option(
      '--check <resource/check=what>',
      'what monitoring does: off, warn, block or default, with limits; may be given several times',
      collect,
    )
    .option('--note <text>', 'why; it is kept with the procedure')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples(
        'tributary connection settings storefront-west --every 6h --time-zone Europe/Berlin',
        'tributary connection settings storefront-west --auto-pause 5/3',
        "tributary connection settings storefront-west --check orders/freshness=block,atMost=2 --check '*/drift=warn'",
      ),
    )
    .action((id: string, { yes, note, check, ...options }: SettingsOptions, command: Command) =>
      run(command, async (api) => {
        const settings = {
          ...settingsOf(options),
          ...(check && { checks: checkSettingsWith((await api.getConnection(id)).checks, check) }),
        };
        const plan = { procedure: 'updateSettings', arguments: { ...settings } as never } as const;
        // Without a shorter retention nothing can go, and nothing has to be planned.
        const token = settings.retentionDays === undefined ? {} : await confirmedPlan(api, id, plan, { yes });
        return api.updateSettings(id, { ...settings, ...token, ...(note === undefined ? {} : { note }) });
      }),
    );
}

function settingsOf(options: Omit<SettingsOptions, 'yes' | 'note' | 'check'>): SettingsBody {
  const { timeZone, retentionDays, driftPolicy, deduplication, substagesOff, autoPause } = options;
  const { quarantineShare, quarantineRows } = options;
  if (deduplication !== undefined && deduplication !== 'on' && deduplication !== 'off')
    throw new UsageError('--deduplication is on or off.');
  const schedule = scheduleOf(options);
  const thresholds = {
    ...(quarantineShare === undefined ? {} : { quarantineShare }),
    ...(quarantineRows === undefined ? {} : { quarantineFloorRows: quarantineRows }),
  };
  return {
    ...(schedule === undefined ? {} : { schedule }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(retentionDays === undefined ? {} : { retentionDays }),
    // The API says which ones there are; so of the substages.
    ...(driftPolicy === undefined ? {} : { driftPolicy: driftPolicy as 'ignore' }),
    ...(deduplication === undefined ? {} : { deduplication: deduplication === 'on' }),
    ...(substagesOff === undefined
      ? {}
      : { substagesOff: (substagesOff === 'none' ? [] : substagesOff.split(',')) as 'insights'[] }),
    ...(Object.keys(thresholds).length === 0 ? {} : { thresholds }),
    ...(autoPause === undefined ? {} : { autoPause: autoPauseOf(autoPause) }),
  };
}

function scheduleOf({ every, cron, manual }: SettingsOptions): SettingsBody['schedule'] {
  if ([every, cron, manual].filter((given) => given !== undefined).length > 1)
    throw new UsageError('Name one of --every, --cron and --manual.');
  if (every !== undefined) return { kind: 'INTERVAL', every };
  if (cron !== undefined) return { kind: 'CRON', cron };
  return manual === true ? { kind: 'MANUAL' } : undefined;
}

function autoPauseOf(text: string): { failures: number; days: number } | null {
  if (text === 'never') return null;
  const [, failures, days] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (failures === undefined || days === undefined)
    throw new UsageError(`"${text}" is not <failures>/<days>, such as 10/7, or never.`);
  return { failures: Number(failures), days: Number(days) };
}

function numberOf(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || Number.isNaN(number)) throw new UsageError(`"${text}" is no number.`);
  return number;
}
