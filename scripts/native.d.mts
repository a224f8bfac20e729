export interface TestHelperOptions {
  readonly sanitized?: boolean;
  readonly budgetMs?: number;
}

export function canBuildHelper(): boolean;

export function buildTestHelper(folder: string, options?: TestHelperOptions): string;
