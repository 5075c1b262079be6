import type { App } from '../../api/schemas/apps.ts';
import type { Authorized } from '../../api/schemas/connections.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import type { WizardQuestions } from '../../wizard.ts';
import type { Answers } from './answers.ts';
import type { Person } from './person.ts';

/** What every step of the walk has. */
export interface Scene {
  readonly api: TributaryClient;
  readonly app: App;
  readonly questions: WizardQuestions;
  readonly answers: Answers;
  readonly person: Person;
  /** Sees to it that somebody consents. @default the link is said */
  readonly consents?: ((authorized: Authorized) => Promise<void>) | undefined;
}

/** A step of a connection that is there. */
export type Step = (scene: Scene, id: string) => Promise<void>;
