from .decompression import (
    FREE_EXPANSION as FREE_EXPANSION,
    MOST_TIMES as MOST_TIMES,
    Damaged as Damaged,
    Decompressed as Decompressed,
    Expands as Expands,
    Readable as Readable,
    compression_of as compression_of,
    expands_too_far as expands_too_far,
)
from .durable import (
    NEW_FILE as NEW_FILE,
    OPEN_FOLDER as OPEN_FOLDER,
    hold_folder as hold_folder,
    make_folders as make_folders,
    may_write as may_write,
    rename_new as rename_new,
    replace_file as replace_file,
    sync_folder as sync_folder,
    sync_folders as sync_folders,
    sync_trees as sync_trees,
    write_all as write_all,
    write_new as write_new,
)
from .os_errors import translate_os_errors as translate_os_errors
from .read_ahead import read_chunks as read_chunks
from .tar_blocks import BLOCK as BLOCK, END as END, member_head as member_head, padding as padding
from .tar_headers import (
    BrokenTarError as BrokenTarError,
    CutShortError as CutShortError,
    ForwardOctets as ForwardOctets,
    Octets as Octets,
    TarFault as TarFault,
    TarMember as TarMember,
    is_tar as is_tar,
    member_octets as member_octets,
    read_members as read_members,
)
from .zip_members import zip_member_octets as zip_member_octets
from .zip_table import TooLargeError as TooLargeError, open_zip as open_zip
