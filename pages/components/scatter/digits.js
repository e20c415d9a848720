// Holds the images of the digits of a map.
export default function ({ data, parentElement }) {
  const holder = parentElement.querySelector(".scatter-digits");
  if (holder.told === data.sheet) return;
  holder.told = data.sheet;
  const onload = () => document.dispatchEvent(new Event("scatter-digits"));
  holder.sheet = Object.assign(new Image(), { onload, src: data.sheet });
}
