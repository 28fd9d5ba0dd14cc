// The import borders of docs/whats-here.md are rules here: breaking one fails the build.
import tseslint from 'typescript-eslint';

const noHostInCore = {
  patterns: [
    {
      group: ['node:*'],
      message: 'src/ is the pure core: values in, values out. Effects belong in harness/.',
    },
    { group: ['**/harness/**'], message: 'The core never imports the shell.' },
  ],
  paths: ['execa', 'p-limit', 'async-mutex', 'commander'].map((name) => ({
    name,
    message: 'src/ is the pure core: processes, locks and the command line belong in harness/.',
  })),
};

export default tseslint.config(
  { ignores: ['dist/**', 'build/**', 'coverage/**', 'test/golden/**'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', noHostInCore],
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'The core takes what it needs as arguments.' },
        { name: 'Date', message: 'The core has no clock.' },
        { name: 'performance', message: 'The core has no clock.' },
        { name: 'setTimeout', message: 'The core has no clock.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'The core has no randomness: take a seed.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: { 'max-lines': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
