let [, url, courant] = process.argv.slice(2);
export { url };
export const jeton = () => courant;
export const changer = (autre) => {
  courant = autre;
};
