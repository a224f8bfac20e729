export function missingPackages(isInstalled?: (name: string) => boolean): readonly string[];
