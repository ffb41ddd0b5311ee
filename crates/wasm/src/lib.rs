//! The browser boundary: handles, bytes in, one typed report out. No rule of analysis.
