"""TEI: the record of one cable as a TEI P5 document, and the checks that it is one."""
