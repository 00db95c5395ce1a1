/** The generator's own theme without its fonts: the reader's system has some. */
import theme from 'vitepress/theme-without-fonts';
import './site.css';

export default theme;
