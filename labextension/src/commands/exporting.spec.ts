import { Notification } from '@jupyterlab/apputils';
import { describe, expect, it, vi } from 'vitest';

import { started } from '../testing/started';
import { CommandIDs } from '.';

describe('exports', () => {
  it('say what is not in the file as it is here, until the user has read it', async () => {
    const { server, commands } = await started();
    const file = { filename: 'environment.yml', text: 'a', format: 'full' };
    const notes = ['A secret was taken out.', 'tool is left out.'];
    const path = 'GET environments/penguins/export?format=full';
    server.answer(path, { ...file, notes });
    const before = Notification.manager.notifications.length;
    await commands.execute(CommandIDs.save, { environment: 'penguins', format: 'full' });
    const told = Notification.manager.notifications.slice(0);
    expect(told.length).toBe(before + 1);
    const found = told.find(one => one.message === notes.join(' '));
    expect(found?.options.autoClose).toBe(false);
    server.answer(path, { ...file, notes: [] });
    await commands.execute(CommandIDs.save, { environment: 'penguins', format: 'full' });
    expect(Notification.manager.notifications.length).toBe(before + 1);
  });

  it('for the other engine say what changes before there is a file', async () => {
    const { server, commands, saved } = await started();
    const file = { filename: 'requirements.txt', text: 'pandas\n', engine: 'pypi' };
    const notes = ['Conda’s Python is replaced.', 'No channel is asked.'];
    server.answer('GET environments/penguins/conversion?to=pypi', { ...file, notes });
    const args = { environment: 'penguins', engine: 'pypi' };
    expect(commands.label(CommandIDs.save, args)).toBe('For pip/PyPI (requirements.txt)…');
    const before = Notification.manager.notifications.length;
    for (const [button, found] of [
      ['Cancel', []],
      ['Save', [['work/requirements.txt', 'pandas\n']]]
    ] as const) {
      const done = commands.execute(CommandIDs.save, args);
      const dialog = await opened();
      expect(dialog.textContent).toContain('What changes in requirements.txt');
      expect([...dialog.querySelectorAll('li')].map(item => item.textContent)).toEqual(notes);
      expect(saved).toEqual([]);
      press(dialog, button);
      await done;
      expect(saved).toEqual(found);
    }
    expect(Notification.manager.notifications.length).toBe(before);
  });

  it('for the other engine are refused with the reason', async () => {
    const { server, commands, state, saved } = await started();
    const message = 'This environment needs conda packages: r-base.';
    const refusal = { message, code: 'conflict', hints: [], fields: {} };
    server.answer('GET environments/penguins/conversion?to=pypi', refusal, 409);
    await commands.execute(CommandIDs.convert, { environment: 'penguins' });
    expect(state.error?.message).toBe(message);
    expect([saved, document.querySelector('.jp-Dialog')]).toEqual([[], null]);
  });
});

async function opened(): Promise<Element> {
  return vi.waitUntil(() => document.querySelector('.jp-Dialog'));
}

function press(dialog: Element, label: string): void {
  const buttons = [...dialog.querySelectorAll('button')];
  buttons.find(button => button.textContent === label)?.click();
}
