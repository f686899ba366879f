// Runs before the first paint, so that a device set to dark never flashes white: the same as src/app/theme.ts, which writes the mirror.
{
  const root = document.documentElement;
  let wish = null;
  try {
    wish = localStorage.getItem('holdfast-app:theme');
  } catch {
    // A browser that keeps nothing: the system's theme.
  }
  const isDark = wish === 'dark' || (wish !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = isDark ? 'dark' : 'light';
  if (wish === 'contrast') root.dataset.contrast = 'more';
}
