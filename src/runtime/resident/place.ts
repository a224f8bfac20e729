/** Files of a resident process's folder, `<state>/resident/<digest of its installation>`; see native/place.c. */
export const SOCKET = "s";
/** Proves that who asks can read the folder. */
export const SECRET = "secret";
