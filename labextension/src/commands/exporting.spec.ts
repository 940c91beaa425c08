import { Notification } from '@jupyterlab/apputils';
import { describe, expect, it } from 'vitest';

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
});
