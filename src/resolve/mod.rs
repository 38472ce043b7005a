//! Values that are written elsewhere: variables, locals and modules of Terraform.

pub mod terraform;
