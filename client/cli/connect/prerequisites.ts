import { heading } from './person.ts';
import type { Scene } from './scene.ts';
import { settled } from './settled.ts';
import { createSheet, untilTaken } from './sheet.ts';

/** What a person does at the app first: each that is not marked is shown, and marked once it is done. */
export function askPrerequisites(scene: Scene, id: string): Promise<void> {
  const { api, answers, person, questions } = scene;
  const sheet = createSheet(person);
  return untilTaken(person, async (round) => {
    const { prerequisites } = await api.listPrerequisites(id);
    const open = prerequisites.filter(({ done }) => !done).map((one) => one.id);
    if (round !== 'same') heading(person, 'First, at the app:');
    const marks = await sheet.fill(
      round,
      questions.prerequisites
        .filter(({ name }) => open.includes(name))
        .map((one) => ({ ...one, title: `${one.title} Done` })),
      ({ name }) => {
        if (answers.prerequisites === undefined) return {};
        return { given: answers.prerequisites === 'all' || answers.prerequisites.includes(name) };
      },
    );
    const done = open.filter((one) => marks[one] === true);
    for (const one of done) await settled(api, id, await api.updatePrerequisite(id, one));
    if (done.length === open.length) return;
    person.say(
      `Not done yet: ${open.filter((one) => !done.includes(one)).join(', ')}. Mark it later with: tributary connection prerequisite ${id} <prerequisite>`,
    );
    await settled(api, id, await api.completePrerequisitesStep(id));
  });
}
