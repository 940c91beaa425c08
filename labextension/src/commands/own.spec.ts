import { Clipboard } from '@jupyterlab/apputils';
import { describe, expect, it, vi } from 'vitest';

import { PATH, started } from '../testing/started';
import { aJob, anEnvironment, aPlan, aStatus, PIN } from '../testing/server';
import { CommandIDs } from '.';

const environment = 'penguins';

describe('commands on an environment of ours', () => {
  it('ask for another name, and say what stands against it', async () => {
    const { server, commands, state } = await started();
    await commands.execute(CommandIDs.rename, { environment });
    expect(state.asking).toEqual({ kind: 'rename', name: environment, error: null });
    const inUse = { message: 'In use.', code: 'environment-in-use' };
    server.answer('POST environments/penguins/rename', inUse, 409);
    await commands.execute(CommandIDs.confirmRename, { environment, to: 'gulls' });
    expect(state.asking?.error?.code).toBe('environment-in-use');
    server.answer('POST environments/penguins/rename', aJob({ kind: 'rename' }), 202);
    await commands.execute(CommandIDs.confirmRename, { environment, to: 'gulls', force: true });
    expect(server.asked[server.asked.length - 1].body).toEqual({ name: 'gulls', force: true });
    expect(state.asking).toBeNull();
  });

  it('add packages: named in a form, planned, installed', async () => {
    const { server, commands, additions, revealed } = await started();
    expect(commands.isEnabled(CommandIDs.addPackage, { environment: 'gone' })).toBe(false);
    await commands.execute(CommandIDs.addPackage, { environment });
    expect(additions.form?.environment).toBe(environment);
    expect(revealed).toEqual(['panel']);
    additions.openForm(environment, { typed: 'seaborn' });
    const plan = aJob({ id: 'p1', kind: 'plan', state: 'done', result: aPlan() });
    server.answer('PATCH environments/penguins', plan, 202);
    expect(commands.isEnabled(CommandIDs.confirmAddition)).toBe(false);
    await commands.execute(CommandIDs.planAddition);
    expect(commands.isEnabled(CommandIDs.confirmAddition)).toBe(true);
    server.answer('PATCH environments/penguins', aJob({ kind: 'change' }), 202);
    await commands.execute(CommandIDs.confirmAddition);
    expect(server.asked[server.asked.length - 1].body).toEqual({
      install: ['seaborn'],
      plan: 'h1'
    });
    expect(additions.form).toBeNull();
  });

  it('add packages to what a notebook is pinned to, and write its pin anew', async () => {
    const { server, commands, additions, pins, jobs, notebook } = await started();
    server.answer(`GET ${PATH}`, aStatus());
    await pins.refresh();
    additions.openForm(environment, { typed: 'seaborn' });
    const plan = aJob({ id: 'p1', kind: 'plan', state: 'done', result: aPlan() });
    server.answer('PATCH environments/penguins', plan, 202);
    await commands.execute(CommandIDs.planAddition);
    server.answer('PATCH environments/penguins', aJob({ kind: 'change' }), 202);
    server.answer(`PUT ${PATH}`, aStatus());
    const done = commands.execute(CommandIDs.confirmAddition);
    await vi.waitFor(() => expect(additions.form).toBeNull());
    expect(server.count(`PUT ${PATH}`)).toBe(0);
    jobs.follow(aJob({ kind: 'change', state: 'done' }));
    await done;
    expect(server.count(`PUT ${PATH}`)).toBe(1);
    expect(notebook?.metadata.get('jupyter_envs')).toEqual(PIN);
  });

  it('write note and tags as text', async () => {
    const { server, commands, state } = await started();
    await commands.execute(CommandIDs.about, { environment });
    expect(state.asking?.kind).toBe('about');
    server.answer('PUT environments/penguins/about', anEnvironment());
    const said = { note: '<b>bold</b>', tags: ['geo'] };
    await commands.execute(CommandIDs.confirmAbout, { environment, ...said });
    expect(server.asked.find(({ method }) => method === 'PUT')?.body).toEqual(said);
    expect(state.asking).toBeNull();
  });

  it('open a terminal that is told one line', async () => {
    const { commands } = await started();
    expect(commands.isVisible(CommandIDs.terminal, { environment })).toBe(false);
    const send = vi.fn();
    const execute = () => ({ content: { session: { send } } });
    commands.addCommand('terminal:create-new', { execute });
    await commands.execute(CommandIDs.terminal, { environment });
    const content = ['jupyter envs shell "penguins"\r'];
    expect(send).toHaveBeenCalledWith({ type: 'stdin', content });
  });

  it('copy the interpreter’s path', async () => {
    const { commands } = await started();
    const copy = vi.spyOn(Clipboard, 'copyToSystem').mockImplementation(() => undefined);
    await commands.execute(CommandIDs.copyInterpreter, { environment });
    expect(copy).toHaveBeenCalledWith('/envs/penguins/g/1/bin/python');
    copy.mockRestore();
  });

  it('leave those of other tools as they are', async () => {
    const { server, commands, environments, state } = await started();
    const theirs = anEnvironment({ name: 'theirs', foreign: true });
    server.answer('GET environments', { environments: [theirs] });
    await environments.refresh();
    const args = { environment: 'theirs' };
    for (const id of [CommandIDs.rename, CommandIDs.about, CommandIDs.remove]) {
      expect(commands.isEnabled(id, args)).toBe(false);
    }
    await commands.execute(CommandIDs.rename, args);
    expect(state.asking).toBeNull();
    expect(commands.isEnabled(CommandIDs.clone, args)).toBe(true);
    expect(commands.isEnabled(CommandIDs.copyInterpreter, args)).toBe(true);
  });
});
