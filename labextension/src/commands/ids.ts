/** The ids of all commands; what their arguments are is said in `IArgs`. */
export const CommandIDs = {
  show: 'jupyter-envs:show',
  showNotebook: 'jupyter-envs:show-notebook',
  refresh: 'jupyter-envs:refresh',
  create: 'jupyter-envs:create',
  createFromFile: 'jupyter-envs:create-from-file',
  createFromImports: 'jupyter-envs:create-from-imports',
  createFromTemplate: 'jupyter-envs:create-from-template',
  /** Needs the file browser; see the plugin for files. */
  createFromSelected: 'jupyter-envs:create-from-selected',
  upload: 'jupyter-envs:create-from-upload',
  clone: 'jupyter-envs:clone',
  plan: 'jupyter-envs:plan',
  install: 'jupyter-envs:install',
  confirmAddition: 'jupyter-envs:confirm-addition',
  retry: 'jupyter-envs:retry',
  editFile: 'jupyter-envs:edit-file',
  dropJob: 'jupyter-envs:drop-job',
  newNotebook: 'jupyter-envs:new-notebook',
  download: 'jupyter-envs:download',
  save: 'jupyter-envs:save',
  adopt: 'jupyter-envs:adopt',
  release: 'jupyter-envs:release',
  remove: 'jupyter-envs:remove',
  confirmRemove: 'jupyter-envs:confirm-remove',
  use: 'jupyter-envs:use',
  restartKernel: 'jupyter-envs:restart-kernel',
  pin: 'jupyter-envs:pin',
  unpin: 'jupyter-envs:unpin',
  build: 'jupyter-envs:build',
  restore: 'jupyter-envs:restore',
  update: 'jupyter-envs:update',
  confirmBuild: 'jupyter-envs:confirm-build',
  saveChanges: 'jupyter-envs:save-changes',
  confirmSave: 'jupyter-envs:confirm-save',
  lock: 'jupyter-envs:lock'
} as const;

/** Those that make sense without arguments, for the palette. */
export const PALETTE: readonly string[] = [
  CommandIDs.show,
  CommandIDs.create,
  CommandIDs.createFromFile,
  CommandIDs.createFromImports,
  CommandIDs.refresh,
  CommandIDs.pin,
  CommandIDs.unpin,
  CommandIDs.build,
  CommandIDs.restore,
  CommandIDs.saveChanges,
  CommandIDs.update,
  CommandIDs.lock
];
