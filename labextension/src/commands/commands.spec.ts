import { describe, expect, it, vi } from 'vitest';

import { PATH, started } from '../testing/started';
import { aJob, anEnvironment, aPlan } from '../testing/server';
import { CommandIDs, PALETTE } from '.';

describe('commands', () => {
  it('have a label each; those of the palette need no arguments', async () => {
    const { commands } = await started();
    const others: string[] = [CommandIDs.createFromSelected, CommandIDs.openSelectedOnBinder];
    for (const id of Object.values(CommandIDs).filter(id => !others.includes(id))) {
      expect(commands.label(id, {})).not.toBe('');
    }
    expect(PALETTE.every(id => commands.hasCommand(id))).toBe(true);
  });

  it('are off where they make no sense', async () => {
    const { commands } = await started(null);
    const environment = 'penguins';
    expect(commands.isEnabled(CommandIDs.unpin)).toBe(false);
    expect(commands.isEnabled(CommandIDs.restore)).toBe(false);
    expect(commands.isEnabled(CommandIDs.pin, { environment })).toBe(false);
    expect(commands.isEnabled(CommandIDs.newNotebook, { environment })).toBe(true);
    expect(commands.isEnabled(CommandIDs.newNotebook, { environment: 'gone' })).toBe(false);
    expect(commands.isEnabled(CommandIDs.install)).toBe(false);
  });

  it('bring the panel to the front to show what failed', async () => {
    const { server, commands, state, revealed } = await started();
    server.answer(`PUT ${PATH}`, { message: 'A file is there.', code: 'file-exists' }, 409);
    await commands.execute(CommandIDs.pin, { environment: 'penguins' });
    expect(state.error?.message).toBe('A file is there.');
    expect(revealed).toEqual(['panel']);
    await commands.execute(CommandIDs.use, { environment: 'penguins' });
    expect(state.error).toBeNull();
  });

  it('look on the server for an environment that the list does not know yet', async () => {
    const { server, commands, state } = await started();
    const name = 'fresh';
    await commands.execute(CommandIDs.details, { environment: name });
    expect(state.error?.message).toContain('No environment is called fresh.');
    server.answer('GET environments', { environments: [anEnvironment({ name })] });
    await commands.execute(CommandIDs.details, { environment: name });
    expect(state.error).toBeNull();
    expect(state.details.name).toBe(name);
  });

  it('ask before they remove, and say what stands against it', async () => {
    const { server, commands, state } = await started();
    await commands.execute(CommandIDs.remove, { environment: 'penguins' });
    expect(state.removing).toEqual({ name: 'penguins', error: null });
    expect(server.count('DELETE environments/penguins')).toBe(0);
    const inUse = { message: 'In use.', code: 'environment-in-use' };
    server.answer('DELETE environments/penguins', inUse, 409);
    await commands.execute(CommandIDs.confirmRemove, { environment: 'penguins' });
    expect(state.removing?.error?.code).toBe('environment-in-use');
    server.answer('DELETE environments/penguins?force=true', aJob({ kind: 'remove' }), 202);
    await commands.execute(CommandIDs.confirmRemove, { environment: 'penguins', force: true });
    expect(state.removing).toBeNull();
  });

  it('remove at once where the user wants no question, but not from under kernels', async () => {
    const { server, commands, preferences, state } = await started();
    preferences.set({ confirmRemoval: false });
    const inUse = { message: 'In use.', code: 'environment-in-use' };
    server.answer('DELETE environments/penguins', inUse, 409);
    await commands.execute(CommandIDs.remove, { environment: 'penguins' });
    expect(state.removing?.error?.code).toBe('environment-in-use');
    server.answer('DELETE environments/penguins', aJob({ kind: 'remove' }), 202);
    await commands.execute(CommandIDs.remove, { environment: 'penguins' });
    expect(state.removing).toBeNull();
    expect(server.count('DELETE environments/penguins')).toBe(2);
  });

  it('make an environment of another tool a kernel, and take that back', async () => {
    const { server, commands, environments } = await started();
    const theirs = anEnvironment({ name: 'theirs', foreign: true, kernel: null, kernels: [] });
    server.answer('GET environments', { environments: [anEnvironment(), theirs] });
    await environments.refresh();
    const args = { environment: 'theirs' };
    expect(commands.isVisible(CommandIDs.adopt, { environment: 'penguins' })).toBe(false);
    expect(commands.isVisible(CommandIDs.release, { environment: 'penguins' })).toBe(false);
    expect(commands.isVisible(CommandIDs.adopt, args)).toBe(true);
    expect(commands.isEnabled(CommandIDs.remove, args)).toBe(false);
    server.answer('POST environments/theirs/adopt', aJob({ kind: 'adopt' }), 202);
    await commands.execute(CommandIDs.adopt, args);
    const adopted = { ...theirs, kernel: 'theirs', kernels: ['theirs'] };
    server.answer('GET environments', { environments: [anEnvironment(), adopted] });
    await environments.refresh();
    expect(commands.isVisible(CommandIDs.release, args)).toBe(true);
    server.answer('DELETE environments/theirs/adopt', null, 204);
    await commands.execute(CommandIDs.release, args);
    expect(server.count('DELETE environments/theirs/adopt')).toBe(1);
  });

  it('lead from the form over the plan to the install, and back after a failure', async () => {
    const { server, jobs, commands, state } = await started();
    const plan = aJob({ id: 'p1', kind: 'plan', state: 'done', result: aPlan() });
    server.answer('POST environments', plan, 202);
    await commands.execute(CommandIDs.create);
    state.openForm({ name: 'new', packages: 'python' });
    await commands.execute(CommandIDs.plan);
    expect(state.draft.plan?.hash).toBe('h1');
    server.answer('POST environments', aJob(), 202);
    await commands.execute(CommandIDs.install);
    expect(state.form).toBeNull();
    jobs.follow(aJob({ state: 'failed' }));
    server.answer('DELETE jobs/j1', undefined, 204);
    await commands.execute(CommandIDs.retry, { job: 'j1' });
    expect(state.form).toMatchObject({ name: 'new', packages: 'python' });
  });

  it('restore a lock by its plan, with the notebook saved before', async () => {
    const { server, commands, pins, notebook } = await started();
    const plan = aJob({ id: 'p1', kind: 'plan', state: 'done', result: aPlan() });
    server.answer('POST environments', plan, 202);
    await commands.execute(CommandIDs.restore);
    expect(server.asked.find(({ method }) => method === 'POST')?.body).toEqual({
      pin: 'work/analysis.ipynb',
      dry_run: true
    });
    expect(pins.draft.plan).not.toBeNull();
    if (notebook) {
      notebook.dirty = true;
    }
    server.answer('POST environments', aJob(), 202);
    await commands.execute(CommandIDs.confirmBuild);
    expect(notebook?.done).toEqual(['save']);
    await vi.waitFor(() => expect(pins.draft.plan).toBeNull());
  });

  it('fill in the form from imports, a template, another environment and a file', async () => {
    const { server, catalogue, commands, state } = await started();
    const one = { cells: [1], because: '', known: true };
    const yaml = { module: 'yaml', kind: 'package', package: 'pyyaml', manager: 'conda' };
    const found = {
      path: 'work/My analysis.ipynb',
      language: 'python',
      modules: [
        { ...one, ...yaml, optional: false },
        { ...one, module: 'odd', kind: 'unknown', package: 'odd', manager: 'pip', optional: false }
      ],
      notes: []
    };
    server.answer('GET imports/work/analysis.ipynb', found);
    await commands.execute(CommandIDs.createFromImports);
    expect(state.form).toMatchObject({ name: 'my-analysis', packages: 'python\npyyaml' });
    expect(state.form?.notes[0]).toContain('odd');

    const template = { name: 'Lab', description: 'd', file: 'f', filename: 'e.yml', problem: '' };
    server.answer('GET templates', {
      templates: [template, { ...template, name: 'B', problem: 'x' }]
    });
    await catalogue.readTemplates();
    await commands.execute(CommandIDs.createFromTemplate, { template: 'Lab' });
    expect(state.form).toMatchObject({ name: 'lab', packages: '', file: { text: 'f' } });
    expect(commands.isEnabled(CommandIDs.createFromTemplate, { template: 'B' })).toBe(false);

    await commands.execute(CommandIDs.clone, { environment: 'penguins' });
    expect(state.form).toMatchObject({ name: 'penguins-copy', file: null, clone: 'penguins' });
    await commands.execute(CommandIDs.createFromFile, { name: 'environment.yml', text: 'a' });
    expect(state.form).toMatchObject({ name: '', clone: null, file: { name: 'environment.yml' } });
  });
});
